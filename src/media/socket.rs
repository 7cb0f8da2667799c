//! The media port: many datagrams in or out by one system call (`recvmmsg`, `sendmmsg` with UDP segmentation).
//!
//! The only unsafe code of the crate stands here: no kept crate sends to many addresses with a segment size of
//! their own each in one call.

#![allow(unsafe_code)]

use std::{
    io, mem,
    net::{SocketAddr, UdpSocket},
    os::fd::AsRawFd,
    ptr,
};

use socket2::{Domain, Protocol, SockAddr, SockAddrStorage, Socket, Type};

use super::egress::Egress;

/// Datagrams taken by one call.
pub const BATCH: usize = 64;
/// Longer datagrams are cut off, and then fail authentication.
const MAX_RECEIVED: usize = 2_048;
const BUFFER_BYTES: usize = 8 * 1024 * 1024;

/// Room for a control message that carries a segment size, aligned as `cmsghdr` asks.
type Control = [u64; 4];

pub struct MediaSocket {
    socket: UdpSocket,
    /// Cleared for good when the kernel or the interface refuses segmentation.
    segmentation: bool,
    headers: Vec<libc::mmsghdr>,
    vectors: Vec<libc::iovec>,
    addresses: Vec<SockAddr>,
    controls: Vec<Control>,
}

// SAFETY: the pointers inside `headers` and `vectors` are written and used within one call to `send`, never kept.
unsafe impl Send for MediaSocket {}

/// What became of the datagrams of one flush.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    pub datagrams: usize,
    /// The socket's buffer was full, or the address cannot be sent to.
    pub dropped: usize,
}

impl MediaSocket {
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        // As large as the system allows; a smaller buffer costs packets in bursts, not correctness.
        let _ = socket.set_recv_buffer_size(BUFFER_BYTES);
        let _ = socket.set_send_buffer_size(BUFFER_BYTES);
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        Ok(Self {
            socket: socket.into(),
            segmentation: true,
            headers: Vec::new(),
            vectors: Vec::new(),
            addresses: Vec::new(),
            controls: Vec::new(),
        })
    }

    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    pub fn as_udp(&self) -> &UdpSocket {
        &self.socket
    }

    /// Fills `batch` with what has come and returns how many; zero when nothing waits.
    pub fn receive(&self, batch: &mut Batch) -> io::Result<usize> {
        batch.prepare();
        // SAFETY: `headers` holds BATCH headers whose vectors and names point into `batch`, which is borrowed for the call.
        let received = unsafe {
            libc::recvmmsg(
                self.socket.as_raw_fd(),
                batch.headers.as_mut_ptr(),
                BATCH as libc::c_uint,
                libc::MSG_DONTWAIT,
                ptr::null_mut(),
            )
        };
        if received < 0 {
            batch.received = 0;
            let error = io::Error::last_os_error();
            return match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => Ok(0),
                _ => Err(error),
            };
        }
        batch.received = received as usize;
        Ok(batch.received)
    }

    /// Sends everything in `egress` and empties it. Nothing waits: what the socket does not take is dropped.
    pub fn send(&mut self, egress: &mut Egress) -> Sent {
        let mut sent = Sent::default();
        if self.segmentation {
            let mut skip = 0;
            while skip < egress.runs().len() {
                self.prepare(egress, skip);
                match self.send_prepared() {
                    Ok(messages) => {
                        sent.datagrams +=
                            egress.runs().skip(skip).take(messages).map(|(run, _)| run.datagrams).sum::<usize>();
                        skip += messages;
                    }
                    Err(error) => match error.raw_os_error() {
                        Some(libc::EINTR) => {}
                        Some(libc::EAGAIN) | Some(libc::ENOBUFS) => {
                            sent.dropped += egress.runs().skip(skip).map(|(run, _)| run.datagrams).sum::<usize>();
                            skip = usize::MAX;
                        }
                        Some(libc::EIO) | Some(libc::EINVAL) | Some(libc::EOPNOTSUPP)
                            if egress.runs().nth(skip).is_some_and(|(run, _)| run.datagrams > 1) =>
                        {
                            tracing::warn!(%error, "UDP segmentation is refused here; sending datagrams singly");
                            self.segmentation = false;
                            break;
                        }
                        // This address cannot be reached; the others can.
                        _ => {
                            sent.dropped += egress.runs().nth(skip).map_or(0, |(run, _)| run.datagrams);
                            skip += 1;
                        }
                    },
                }
            }
            if !self.segmentation {
                self.send_singly(egress, skip, &mut sent);
            }
        } else {
            self.send_singly(egress, 0, &mut sent);
        }
        egress.clear();
        sent
    }

    fn send_singly(&self, egress: &Egress, skip: usize, sent: &mut Sent) {
        for (run, bytes) in egress.runs().skip(skip) {
            for datagram in run.split(bytes) {
                match self.socket.send_to(datagram, run.to) {
                    Ok(_) => sent.datagrams += 1,
                    Err(_) => sent.dropped += 1,
                }
            }
        }
    }

    fn prepare(&mut self, egress: &Egress, skip: usize) {
        self.headers.clear();
        self.vectors.clear();
        self.addresses.clear();
        self.controls.clear();
        for (run, bytes) in egress.runs().skip(skip) {
            self.addresses.push(run.to.into());
            self.vectors.push(libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() });
            self.controls.push(segment_control(run.segment as u16));
        }
        // Only now, when the vectors no longer move, are pointers into them taken.
        for (position, (run, _)) in egress.runs().skip(skip).enumerate() {
            // SAFETY: all-zero is a valid `mmsghdr`: null pointers and zero lengths.
            let mut header: libc::mmsghdr = unsafe { mem::zeroed() };
            let address = &self.addresses[position];
            header.msg_hdr.msg_name = address.as_ptr().cast_mut().cast();
            header.msg_hdr.msg_namelen = address.len();
            header.msg_hdr.msg_iov = &mut self.vectors[position];
            header.msg_hdr.msg_iovlen = 1;
            if run.datagrams > 1 {
                header.msg_hdr.msg_control = self.controls[position].as_mut_ptr().cast();
                header.msg_hdr.msg_controllen = control_len() as _;
            }
            self.headers.push(header);
        }
    }

    fn send_prepared(&mut self) -> io::Result<usize> {
        // SAFETY: every header points into `vectors`, `addresses`, `controls` and the egress slab; none of them has
        // changed since `prepare`, and the kernel only reads them.
        let sent = unsafe {
            libc::sendmmsg(
                self.socket.as_raw_fd(),
                self.headers.as_mut_ptr(),
                self.headers.len().min(1_024) as libc::c_uint,
                libc::MSG_DONTWAIT,
            )
        };
        if sent < 0 { Err(io::Error::last_os_error()) } else { Ok(sent as usize) }
    }
}

fn control_len() -> usize {
    // SAFETY: plain arithmetic on a constant.
    unsafe { libc::CMSG_SPACE(mem::size_of::<u16>() as libc::c_uint) as usize }
}

fn segment_control(segment: u16) -> Control {
    let mut control: Control = [0; 4];
    let header = control.as_mut_ptr().cast::<libc::cmsghdr>();
    // SAFETY: `Control` is 32 bytes, 8-aligned: room for one header of 16 bytes and its two bytes of data.
    unsafe {
        (*header).cmsg_level = libc::SOL_UDP;
        (*header).cmsg_type = libc::UDP_SEGMENT;
        (*header).cmsg_len = libc::CMSG_LEN(mem::size_of::<u16>() as libc::c_uint) as _;
        ptr::copy_nonoverlapping(segment.to_ne_bytes().as_ptr(), libc::CMSG_DATA(header), 2);
    }
    control
}

/// Room for [`BATCH`] received datagrams.
pub struct Batch {
    buffers: Box<[[u8; MAX_RECEIVED]]>,
    addresses: Box<[libc::sockaddr_storage]>,
    vectors: Vec<libc::iovec>,
    headers: Vec<libc::mmsghdr>,
    received: usize,
}

// SAFETY: the pointers in `headers` and `vectors` lead into the boxes of the same value and are renewed before each use.
unsafe impl Send for Batch {}

impl Default for Batch {
    fn default() -> Self {
        Self {
            buffers: vec![[0; MAX_RECEIVED]; BATCH].into(),
            // SAFETY: all-zero is a valid `sockaddr_storage`.
            addresses: vec![unsafe { mem::zeroed() }; BATCH].into(),
            vectors: Vec::with_capacity(BATCH),
            headers: Vec::with_capacity(BATCH),
            received: 0,
        }
    }
}

impl Batch {
    fn prepare(&mut self) {
        self.vectors.clear();
        self.headers.clear();
        for buffer in &mut self.buffers {
            self.vectors.push(libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: MAX_RECEIVED });
        }
        for (vector, address) in self.vectors.iter_mut().zip(&mut self.addresses) {
            // SAFETY: all-zero is a valid `mmsghdr`.
            let mut header: libc::mmsghdr = unsafe { mem::zeroed() };
            header.msg_hdr.msg_name = ptr::from_mut(address).cast();
            header.msg_hdr.msg_namelen = mem::size_of::<libc::sockaddr_storage>() as libc::socklen_t;
            header.msg_hdr.msg_iov = vector;
            header.msg_hdr.msg_iovlen = 1;
            self.headers.push(header);
        }
    }

    /// The datagrams of the last receive, each with its sender.
    pub fn datagrams(&mut self) -> impl Iterator<Item = (SocketAddr, &mut [u8])> {
        let headers = &self.headers[..self.received];
        headers.iter().zip(&self.addresses).zip(&mut self.buffers).filter_map(|((header, storage), buffer)| {
            let mut copy = SockAddrStorage::zeroed();
            // SAFETY: both are `sockaddr_storage`, which the kernel filled with an address of this length.
            let address = unsafe {
                *copy.view_as::<libc::sockaddr_storage>() = *storage;
                SockAddr::new(copy, header.msg_hdr.msg_namelen)
            };
            let len = (header.msg_len as usize).min(MAX_RECEIVED);
            Some((address.as_socket()?, &mut buffer[..len]))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receive_all(socket: &MediaSocket, batch: &mut Batch, wanted: usize) -> Vec<(SocketAddr, Vec<u8>)> {
        let mut received = Vec::new();
        socket.as_udp().set_nonblocking(false).expect("blocking");
        while received.len() < wanted {
            // Blocks until something is there, then takes all of it.
            socket.as_udp().peek_from(&mut [0; 1]).expect("a datagram");
            socket.receive(batch).expect("receives");
            received.extend(batch.datagrams().map(|(from, bytes)| (from, bytes.to_vec())));
        }
        received
    }

    fn exchange(local: &str, segmentation: bool) {
        let mut sender = MediaSocket::bind(local.parse().expect("an address")).expect("binds");
        sender.segmentation = segmentation;
        let receiver = MediaSocket::bind(local.parse().expect("an address")).expect("binds");
        let to = receiver.local_addr().expect("bound");
        let mut egress = Egress::new(200);
        let datagrams: Vec<Vec<u8>> = (0..100u8).map(|i| vec![i; if i % 10 == 9 { 300 } else { 1_100 }]).collect();
        for datagram in &datagrams {
            assert!(egress.push(to, datagram));
        }
        assert_eq!(sender.send(&mut egress), Sent { datagrams: 100, dropped: 0 });
        assert!(egress.is_empty());
        let received = receive_all(&receiver, &mut Batch::default(), 100);
        let from = sender.local_addr().expect("bound");
        assert_eq!(received, datagrams.into_iter().map(|datagram| (from, datagram)).collect::<Vec<_>>());
    }

    #[test]
    fn runs_leave_segmented_and_arrive_whole() {
        exchange("127.0.0.1:0", true);
    }

    #[test]
    fn runs_leave_singly_where_segmentation_is_refused() {
        exchange("127.0.0.1:0", false);
    }

    #[test]
    fn the_same_over_ipv6() {
        exchange("[::1]:0", true);
    }

    #[test]
    fn an_unreachable_address_does_not_keep_the_others_waiting() {
        let mut sender = MediaSocket::bind("127.0.0.1:0".parse().expect("an address")).expect("binds");
        let receiver = MediaSocket::bind("127.0.0.1:0".parse().expect("an address")).expect("binds");
        let mut egress = Egress::new(10);
        egress.push("[::1]:9".parse().expect("an address"), &[1]);
        egress.push(receiver.local_addr().expect("bound"), &[2]);
        assert_eq!(sender.send(&mut egress), Sent { datagrams: 1, dropped: 1 });
        assert_eq!(receive_all(&receiver, &mut Batch::default(), 1)[0].1, [2]);
    }
}
