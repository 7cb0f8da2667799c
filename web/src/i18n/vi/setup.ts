// Setting conferences up: the frame of its pages.

export const setup = {
  nav: {
    label: 'Trang quản trị',
    meetings: 'Hội nghị',
    directory: 'Danh bạ điểm cầu',
    administrators: 'Quản trị',
    account: 'Tài khoản',
    signOut: 'Đăng xuất',
    signedInAs: (name: string) => `Đang đăng nhập: ${name}`,
  },
  again: {
    title: 'Phiên làm việc đã hết',
    text: 'Hãy đăng nhập lại để làm tiếp. Những gì đang nhập vẫn còn trên trang.',
  },
};
