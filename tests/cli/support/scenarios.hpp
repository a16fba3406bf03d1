#pragma once

namespace hubspec::test {

/// A scenario that passes on any hub: one message of a device.
inline constexpr const char* acknowledged_message = R"(title: A message is acknowledged
verifies: [D2C-01]
steps:
  - device: {connect: {}}
  - device: {publish: {topic: "devices/{{device.id}}/messages/events/", qos: 1, payload: hello}}
  - hub: {puback: {}}
)";

}  // namespace hubspec::test
