#pragma once

#include <span>

#include "harness/mqtt/cursor.hpp"

/// The packets of chapter 3 as the standard draws them: rows from top to bottom.
namespace hubspec::mqtt {

/// Takes one field into the packet. False: the cursor has failed or wants more bytes, and the row runs again later.
template <class P>
using Row = bool (*)(Cursor&, P&);

template <class P>
struct Figure {
    std::span<const Row<P>> rows;
    bool last_row_repeats = false;  ///< as long as the packet has bytes left
};

Figure<Connect> figure_of(const Connect&);
Figure<Connack> figure_of(const Connack&);
Figure<Publish> figure_of(const Publish&);
Figure<Puback> figure_of(const Puback&);
Figure<Pubrec> figure_of(const Pubrec&);
Figure<Pubrel> figure_of(const Pubrel&);
Figure<Pubcomp> figure_of(const Pubcomp&);
Figure<Subscribe> figure_of(const Subscribe&);
Figure<Suback> figure_of(const Suback&);
Figure<Unsubscribe> figure_of(const Unsubscribe&);
Figure<Unsuback> figure_of(const Unsuback&);
Figure<Pingreq> figure_of(const Pingreq&);
Figure<Pingresp> figure_of(const Pingresp&);
Figure<Disconnect> figure_of(const Disconnect&);

/// True for a CONNECT of another protocol or level, whose later rows are not ours to judge.
bool is_foreign(const Connect& connect);

/// A packet identifier that must not be zero by the sentence `clause`.
bool take_packet_id(Cursor& cursor, PacketId& id, std::string_view clause);

}  // namespace hubspec::mqtt
