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
  lobby: {
    title: 'Chuẩn bị vào hội nghị',
    zone: (zone: string) => `giờ theo múi ${zone}`,
    you: 'Điểm cầu của đồng chí',
    room: 'Phòng họp',
    unit: 'Trực thuộc',
    host: 'Chủ trì',
    hostRole: 'Điểm cầu trung tâm, chủ trì',
    preview: 'Xem trước hình ảnh',
    previewAlt: 'Hình từ camera của điểm cầu',
    cameraOff: 'Camera đang tắt',
    cameraFailed: 'Chưa có hình từ camera',
    cameraAsking: 'Đang mở camera…',
    camera: 'Camera',
    microphone: 'Micrô',
    speaker: 'Loa',
    defaultDevice: 'Thiết bị mặc định',
    unnamedDevice: (n: number) => `Thiết bị ${count(n)}`,
    useCamera: 'Bật camera khi vào',
    useMicrophone: 'Bật micrô khi vào',
    level: 'Mức âm thanh của micrô',
    levelHint: 'Hãy nói thử: vạch phải chạy theo tiếng nói.',
    microphoneOff: 'Micrô đang tắt',
    enter: 'Vào hội nghị',
    enterHint: 'Có thể vào mà không có camera hoặc micrô.',
    allowPrompt: 'Khi trình duyệt hỏi quyền dùng camera và micrô, hãy chọn “Cho phép”.',
  },
  device: {
    camera: 'camera',
    microphone: 'micrô',
    denied: {
      title: (device: string) => `Trình duyệt đang chặn ${device}`,
      chromium:
        'Bấm biểu tượng bên trái thanh địa chỉ, bật quyền Camera và Micrô cho trang này, rồi bấm “Thử lại”.',
      firefox:
        'Bấm biểu tượng camera bị gạch ở bên trái thanh địa chỉ, xóa quyền “Đã chặn”, rồi bấm “Thử lại”.',
      safari:
        'Mở menu Safari → Cài đặt cho trang web này, chọn “Cho phép” ở mục Camera và Micrô, rồi bấm “Thử lại”.',
      ios: 'Bấm “AA” trong thanh địa chỉ → Cài đặt trang web, chọn “Cho phép” ở mục Camera và Micrô, rồi bấm “Thử lại”.',
      other: 'Mở phần quyền của trang web trong trình duyệt, cho phép Camera và Micrô, rồi bấm “Thử lại”.',
    },
    missing: {
      title: (device: string) => `Không tìm thấy ${device}`,
      text: 'Hãy cắm lại dây hoặc bật thiết bị rồi bấm “Thử lại”. Vẫn có thể vào hội nghị để nghe và xem.',
    },
    busy: {
      title: (device: string) => `Phần mềm khác đang dùng ${device}`,
      text: 'Hãy đóng các phần mềm họp khác (Zoom, Teams, Zalo…) rồi bấm “Thử lại”.',
    },
    insecure: {
      title: 'Trang này chưa được bảo mật',
      text: 'Trình duyệt chỉ cho dùng camera và micrô trên địa chỉ bắt đầu bằng https://. Hãy mở lại bằng đúng đường dẫn trong giấy mời, hoặc báo cán bộ kỹ thuật.',
    },
    unsupported: {
      title: 'Trình duyệt này quá cũ',
      text: 'Hãy dùng bản mới của Chrome, Edge, Cốc Cốc, Firefox hoặc Safari.',
    },
    other: {
      title: (device: string) => `Chưa mở được ${device}`,
      text: 'Hãy rút ra cắm lại thiết bị rồi bấm “Thử lại”.',
    },
    retry: 'Thử lại',
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
    useHere: 'Dùng ở đây',
  },
};
