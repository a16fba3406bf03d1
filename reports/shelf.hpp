#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "harness/model/result.hpp"

namespace hubspec::reports {

/// Gives the memory of its steps, trace and record back.
void drop_details(model::CaseResult& one);

/// Puts the details of cases that passed away while a run goes on, so that its memory does not grow with their traces:
/// into a file without a name, which goes with the process. The first cases keep theirs, and so does what a person is
/// told about.
class Shelf {
public:
    /// The file is made in this folder when it is needed.
    explicit Shelf(std::string folder, std::size_t kept_in_memory = 5000);
    /// They stay where they are if the file cannot be written.
    void take(model::CaseResult& one);

private:
    class File;
    std::string folder_;
    std::size_t left_in_memory_;
    std::shared_ptr<File> file_;
    bool is_useless_ = false;
};

}  // namespace hubspec::reports
