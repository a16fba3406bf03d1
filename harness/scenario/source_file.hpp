#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/place.hpp"
#include "harness/scenario/diagnostic.hpp"

namespace hubspec::scenario {

/// Larger files are not read: no scenario needs them, and reading YAML costs memory and time.
inline constexpr std::size_t largest_file = 1024 * 1024;
/// Bytes: each diagnostic carries its line.
inline constexpr std::size_t longest_line = 16 * 1024;

/// A text file and where its lines begin.
struct SourceFile {
    std::string name;  ///< as the user named it
    std::string text;
    std::vector<std::size_t> line_starts;

    /// Without its end; empty when there is no such line. Lines count from 1.
    std::string_view line(int number) const;
    /// Place of a byte; columns count characters.
    model::Place place(std::size_t offset) const;
};

using SourceFilePointer = std::shared_ptr<const SourceFile>;

/// A text as if it were a file of that name. A byte order mark at its beginning is left out.
SourceFilePointer make_source(std::string name, std::string text);

/// Reads a file; a null pointer, and one diagnostic saying why, when it is a directory, missing, unreadable or too
/// large.
SourceFilePointer read_source(const std::string& path, Diagnostics& diagnostics);

/// "the file has 2000000 bytes; more than 1048576 are not read"
std::string too_large(std::uintmax_t size);

/// A diagnostic about `length` characters at a place of this file.
Diagnostic diagnose(const SourceFile& file, model::Place place, int length, std::string message);

/// Says where the text is no UTF-8 or has characters that no text has. False: it must not be read on.
bool check_characters(const SourceFile& file, Diagnostics& diagnostics);

}  // namespace hubspec::scenario
