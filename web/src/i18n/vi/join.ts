// From an invitation to the door of the hall, and the farewell.

import { count } from './numbers';

export const join = {
  code: {
    title: 'Vào hội nghị trực tuyến',
    lead: 'Nhập mã trong giấy mời gửi cho điểm cầu của đồng chí.',
    label: 'Mã tham dự',
    hint: 'Gồm 10 chữ và số, ví dụ ABCDE-23456.',
    malformed: 'Mã chưa đủ 10 chữ và số. Hãy xem lại giấy mời.',
    submit: 'Tiếp tục',
    help: 'Không có mã? Hãy liên hệ cơ quan chủ trì hội nghị.',
    checking: 'Đang kiểm tra mã…',
    scan: 'Quét mã QR',
    scanHint: 'Đưa mã QR trên giấy mời vào trước camera.',
    scanFailed: 'Không mở được camera để quét. Hãy nhập mã bằng tay.',
  },
  refusal: {
    unknown: {
      title: 'Mã không đúng hoặc đã bị thu hồi',
      text: 'Hãy so lại mã với giấy mời. Nếu vẫn không vào được, hãy xin cơ quan chủ trì cấp đường dẫn mới.',
    },
    tooMany: {
      title: 'Đã thử quá nhiều lần',
      text: (seconds: number) => `Hãy chờ ${count(seconds)} giây rồi thử lại.`,
    },
    offline: {
      title: 'Không liên lạc được với máy chủ',
      text: 'Hãy kiểm tra dây mạng hoặc Wi-Fi của phòng họp, rồi thử lại.',
    },
    server: {
      title: 'Máy chủ đang gặp sự cố',
      text: 'Lỗi không phải do điểm cầu. Hãy thử lại sau ít phút, hoặc báo cán bộ kỹ thuật của điểm cầu trung tâm.',
    },
    retry: 'Thử lại',
    otherCode: 'Nhập mã khác',
  },
  over: {
    left: { title: 'Đã rời hội nghị', text: 'Có thể vào lại bất cứ lúc nào khi hội nghị chưa kết thúc.' },
    replaced: {
      title: 'Điểm cầu đã mở ở nơi khác',
      text: 'Đường dẫn này vừa được mở ở một máy hoặc một thẻ trình duyệt khác, nên kết nối ở đây đã dừng.',
    },
    removed: {
      title: 'Điểm cầu đã được mời ra khỏi hội nghị',
      text: 'Người chủ trì đã ngắt kết nối của điểm cầu này. Nếu có nhầm lẫn, hãy liên hệ điểm cầu trung tâm rồi vào lại.',
    },
    closed: { title: 'Hội nghị đã kết thúc', text: 'Cảm ơn các đồng chí đã tham dự.' },
    comeBack: 'Vào lại hội nghị',
    report: 'Xem báo cáo',
    useHere: 'Dùng ở đây',
  },
};
