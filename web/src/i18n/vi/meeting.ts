// A meeting under way: what the desk, the roll call, the board and the hall say alike.

import { count } from './numbers';

export const meeting = {
  seats: {
    hub: 'Điểm cầu trung tâm',
    chair: 'Chủ trì',
    secretary: 'Thư ký',
    technician: 'Cán bộ kỹ thuật',
    delegate: 'Đại biểu',
    observer: (name: string) => `Dự thính ${name}`,
  },
  phase: {
    draft: 'Bản nháp',
    published: 'Chưa khai mạc',
    'line-check': 'Đang thử đường truyền',
    open: 'Đang họp',
    paused: 'Tạm dừng',
    closed: 'Đã kết thúc',
  },
  level: { red: 'Cần xử lý', amber: 'Cần chú ý', green: 'Sẵn sàng', quiet: 'Chưa tham gia' },
  cause: {
    'never-connected': 'Chưa kết nối',
    'line-lost': 'Mất kết nối',
    'no-picture': 'Không có hình',
    'no-sound': 'Không có tiếng',
    'weak-line': 'Đường truyền yếu',
    'not-checked': 'Chưa thử đường truyền',
    'nobody-here': 'Không có đại biểu nào',
    unconfirmed: 'Chưa điểm danh xong',
  },
  presence: {
    present: 'Có mặt',
    left: 'Đã về',
    absent: 'Vắng',
    excused: 'Vắng có lý do',
    proxy: 'Dự thay',
    unconfirmed: 'Chưa điểm danh',
  },
  pages: { label: 'Các trang của hội nghị', desk: 'Bàn chủ trì', ready: 'Bảng sẵn sàng', roll: 'Điểm danh', report: 'Báo cáo', hall: 'Hội trường' },
  hostsOnly: {
    title: 'Trang này dành cho người điều hành',
    text: 'Hãy mở bằng đường dẫn của chủ trì, thư ký, cán bộ kỹ thuật hoặc điểm cầu trung tâm.',
  },
  clock: 'Giờ hội nghị',
  removed: 'Đã mời ra khỏi hội nghị',
  live: {
    connecting: 'Đang nạp diễn biến hội nghị…',
    lost: 'Mất liên lạc với máy chủ. Số liệu dưới đây có thể đã cũ; hệ thống đang tự nối lại.',
    retry: 'Nối lại ngay',
  },
  ledger: {
    failing: (waiting: number) =>
      `Sổ ghi chưa ghi được: ${count(waiting)} diễn biến đang chờ trong bộ nhớ. Báo ngay cán bộ kỹ thuật; không tắt máy chủ.`,
    since: (time: string) => `Từ ${time}.`,
  },
  shortcuts: {
    title: 'Phím tắt',
    enabled: 'Dùng phím tắt một chữ',
    enabledHint: 'Tắt mục này nếu điều khiển máy bằng giọng nói hoặc hay bấm nhầm.',
    close: 'Đóng',
    list: 'Mở bảng này',
  },
  refused: {
    notConnected: (name: string) => `${name} chưa kết nối.`,
    notPresiding: (name: string) => `Chỉ người chủ trì làm được việc này; hiện chủ trì là ${name}.`,
    stillPresiding: (name: string) => `${name} đang chủ trì và vẫn giữ được kết nối.`,
    isRemoved: (name: string) => `${name} đã được mời ra khỏi hội nghị.`,
    notRemoved: (name: string) => `${name} không bị mời ra khỏi hội nghị.`,
  },
};
