// The page as a whole, whatever it shows.

import { count } from './numbers';

export const app = {
  locale: 'vi-VN',
  app: {
    name: 'Điểm cầu',
    tagline: 'Hội nghị trực tuyến',
    skip: 'Đến nội dung chính',
    otherLanguage: 'English',
    loading: 'Đang tải…',
  },
  crash: {
    title: 'Trang gặp lỗi',
    text: 'Xin lỗi vì sự bất tiện. Hãy tải lại trang: điểm cầu sẽ trở về màn hình chuẩn bị vào hội nghị.',
    reload: 'Tải lại trang',
  },
  unknown: {
    title: 'Không có trang này',
    text: 'Địa chỉ này không có trên máy chủ. Hãy xem lại đường dẫn trong giấy mời.',
    home: 'Về trang đầu',
  },
  theme: {
    label: 'Giao diện',
    system: 'Theo máy',
    light: 'Sáng',
    dark: 'Tối',
    contrast: 'Tương phản cao',
  },
  trouble: {
    title: 'Chưa thực hiện được',
    offline: 'Không liên lạc được với máy chủ. Hãy kiểm tra mạng rồi thử lại.',
    tooMany: (seconds: number) => `Đã thử quá nhiều lần. Hãy chờ ${count(seconds)} giây rồi thử lại.`,
    signedOut: 'Phiên làm việc đã hết. Hãy đăng nhập lại, hoặc mở lại đường dẫn trong giấy mời.',
    server: 'Máy chủ đang gặp sự cố. Hãy thử lại sau ít phút.',
    retry: 'Thử lại',
  },
  dialog: {
    cancel: 'Hủy bỏ',
    close: 'Đóng',
    undo: 'Hoàn tác',
    dismiss: 'Đóng thông báo',
  },
  noSeat: {
    title: 'Trang này dành cho người được mời',
    text: 'Hãy mở bằng đường dẫn trong giấy mời, nhập mã tham dự, hoặc đăng nhập nếu đồng chí là quản trị.',
    code: 'Nhập mã tham dự',
    signIn: 'Đăng nhập quản trị',
  },
};
