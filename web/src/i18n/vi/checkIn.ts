// A delegate reports on their own phone.

export const checkIn = {
  title: 'Báo có mặt',
  lead: (point: string) => `Tại ${point}`,
  find: 'Tìm tên của đồng chí',
  pick: 'Chọn tên của đồng chí',
  none: 'Không có tên nào như vậy. Hãy báo cán bộ của điểm cầu.',
  empty: 'Điểm cầu này không có danh sách đại biểu. Hãy báo cán bộ của điểm cầu.',
  already: 'đã báo có mặt',
  confirmTitle: (name: string) => `Đồng chí là ${name}?`,
  confirmText: 'Chỉ báo khi đồng chí đang có mặt trong phòng họp. Cán bộ của điểm cầu sẽ xác nhận.',
  confirm: 'Tôi đang có mặt',
  doneTitle: 'Đã báo có mặt',
  doneText: (name: string) => `${name} đã báo có mặt. Cán bộ của điểm cầu sẽ xác nhận khi điểm danh.`,
  another: 'Báo cho người khác',
  noCode: 'Hãy quét mã QR đặt tại phòng họp, hoặc nhập mã báo có mặt.',
  loading: 'Đang mở danh sách…',
};
