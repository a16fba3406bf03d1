#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

namespace hubspec::hub::test {

/// A folder of this process, gone at the end.
struct Folder {
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string path =
        (std::filesystem::temp_directory_path() / ("hubspec-store-" + std::to_string(::getpid()))).string();
    std::string file() const { return path + "/hub.sqlite"; }
};

}  // namespace hubspec::hub::test
