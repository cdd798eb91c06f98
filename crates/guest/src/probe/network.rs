//! Ways to another machine, to the host's own services, and into the kernel's network families.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::{Finding, Targets, refused};
use crate::sys::probes::{self, Family};

/// A listener of this machine answers at once, or not at all.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);

pub(super) fn tcp_host_loopback(targets: &Targets) -> Finding {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, targets.port));
    refused(TcpStream::connect_timeout(&address, CONNECT_LIMIT))
}

/// Whether the kernel knows a way to `there`. Connecting a UDP socket looks the way up and sends nothing.
fn route(from: SocketAddr, there: SocketAddr) -> io::Result<()> {
    UdpSocket::bind(from)?.connect(there)
}

/// To TEST-NET-1 (RFC 5737), which belongs to nobody.
pub(super) fn ipv4_route(_: &Targets) -> Finding {
    refused(route((Ipv4Addr::UNSPECIFIED, 0).into(), (Ipv4Addr::new(192, 0, 2, 1), 80).into()))
}

/// To the documentation prefix (RFC 3849), which belongs to nobody.
pub(super) fn ipv6_route(_: &Targets) -> Finding {
    let there = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
    refused(route((Ipv6Addr::UNSPECIFIED, 0).into(), (there, 80).into()))
}

pub(super) fn unix_abstract(targets: &Targets) -> Finding {
    let address = std::os::unix::net::SocketAddr::from_abstract_name(&targets.abstract_name);
    refused(address.and_then(|address| UnixStream::connect_addr(&address)))
}

pub(super) fn unix_path(targets: &Targets) -> Finding {
    refused(UnixStream::connect(&targets.socket))
}

/// Sockets to the hypervisor know no network namespace.
pub(super) fn vsock(_: &Targets) -> Finding {
    refused(probes::socket_of(Family::Vsock))
}

pub(super) fn kernel_crypto(_: &Targets) -> Finding {
    refused(probes::socket_of(Family::Crypto))
}

pub(super) fn packet_socket(_: &Targets) -> Finding {
    refused(probes::socket_of(Family::Packet))
}

pub(super) fn netlink(_: &Targets) -> Finding {
    refused(probes::socket_of(Family::Netlink))
}
