#pragma once

#include <functional>
#include <memory>

#include "fixtures/hub/hub.hpp"

namespace hubspec::hub {
struct Changes;
struct Snapshot;
}  // namespace hubspec::hub

namespace hubspec::hub::test {

/// What a store would make of the changes.
void apply(Snapshot& snapshot, const Changes& changes);

/// Follows a hub by its changes alone, and fails the test where it is not where the hub is: a change was not noted.
class Mirror {
public:
    Mirror();
    ~Mirror();
    Mirror(Mirror&&) noexcept;
    Mirror& operator=(Mirror&&) noexcept;
    void follow(Hub& hub);
    bool follows = true;                       ///< false: a test that measures what the hub alone needs
    std::function<void(const Changes&)> also;  ///< who else gets them

private:
    std::unique_ptr<Snapshot> snapshot_;
};

}  // namespace hubspec::hub::test
