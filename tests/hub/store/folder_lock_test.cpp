#include "fixtures/hub/store/folder_lock.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/hub/store/support/folder.hpp"

namespace hubspec::hub::test {
namespace {

TEST(FolderLock, IsHeldByOneAtATime) {
    const Folder folder;
    {
        const FolderLock first(folder.path);
        try {
            const FolderLock second(folder.path);
            FAIL() << "both have it";
        } catch (const std::runtime_error& error) {
            EXPECT_EQ(error.what(), folder.path + ": another hubspec (process " + std::to_string(::getpid()) +
                                        ") keeps its state here; end it, or name another folder with --state");
        }
    }
    const FolderLock again(folder.path);
}

}  // namespace
}  // namespace hubspec::hub::test
