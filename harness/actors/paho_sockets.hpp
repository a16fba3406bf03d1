#pragma once

#include <atomic>
#include <memory>

/// Paho C 1.3.12 waits by fixed delays: its receive thread polls for a second while another client is idle, sleeps 100
/// ms when none is open, and its send thread may lose a wake-up and wait a second for the next. It also reuses a file
/// descriptor while the old owner is still being torn down, which makes a good connection fail right after a bad one.
/// paho_sockets.cpp interposes poll, usleep, pthread_cond_timedwait, socket, connect and close for calls that come from
/// the Paho library, and for no others: waits become short, descriptors are not reused at once. It needs dynamic
/// linking and an executable that exports its symbols.
namespace hubspec::actors {

/// A slot for the descriptor of a connection; -1 while there is none.
using SocketSlot = std::shared_ptr<std::atomic<int>>;

/// The next socket that Paho connects belongs to this slot. Paho connects in an order of its own, so this waits until
/// no other socket is expected.
void expect_paho_socket(const SocketSlot& slot);
/// Takes the expectation back, if it still stands: Paho did not connect.
void expect_no_paho_socket(const SocketSlot& slot);

/// True when the interposed functions have been called by Paho: they are linked and reached.
bool paho_is_interposed();

}  // namespace hubspec::actors
