#include "reports/shelf.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <vector>

#include "reports/run_json.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

using Bytes = std::vector<std::uint8_t>;

/// What stands before each: its bytes as they are, and as they lie in the file.
struct Sizes {
    std::uint32_t whole = 0, packed = 0;
};

[[noreturn]] void lost(const std::string& why) {
    throw std::runtime_error("what was put away of a case cannot be read: " + why);
}

Bytes packed(const Bytes& whole) {
    auto size = ::compressBound(whole.size());
    Bytes bytes(size);
    if (::compress2(bytes.data(), &size, whole.data(), whole.size(), Z_BEST_SPEED) != Z_OK) return {};
    bytes.resize(size);
    return bytes;
}

int open_without_a_name(const std::string& folder) {
    const int descriptor = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor >= 0) return descriptor;
    auto name = folder + "/.hubspec-XXXXXX";  // not every file system has such files
    const int named = ::mkostemp(name.data(), O_CLOEXEC);
    if (named >= 0) ::unlink(name.c_str());
    return named;
}

}  // namespace

void drop_details(CaseResult& one) {
    // `= {}` would keep the memory.
    one.steps = std::vector<StepResult>();
    one.trace = std::vector<TraceLine>();
    one.record.reset();
}

class Shelf::File : public DetailStore {
public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() override { ::close(descriptor_); }

    /// Where they lie; nullopt: they could not be written.
    std::optional<std::size_t> add(const CaseResult& one) {
        const auto whole = Json::to_cbor(write_details(one));
        const auto bytes = packed(whole);
        const Sizes sizes{static_cast<std::uint32_t>(whole.size()), static_cast<std::uint32_t>(bytes.size())};
        if (bytes.empty() || !write(&sizes, sizeof sizes, end_) ||
            !write(bytes.data(), bytes.size(), end_ + sizeof sizes))
            return std::nullopt;
        const auto place = end_;
        end_ += sizeof sizes + bytes.size();
        return place;
    }

    CaseDetails read(std::size_t place) const override {
        Sizes sizes;
        read(&sizes, sizeof sizes, place);
        Bytes bytes(sizes.packed), whole(sizes.whole);
        read(bytes.data(), bytes.size(), place + sizeof sizes);
        uLongf size = whole.size();
        if (::uncompress(whole.data(), &size, bytes.data(), bytes.size()) != Z_OK || size != whole.size())
            lost("it is damaged");
        try {
            const auto json = Json::from_cbor(whole);
            return read_details(Reader(json, ""));
        } catch (const Wrong& wrong) {
            lost(wrong.text);
        } catch (const Json::exception& error) {
            lost(error.what());
        }
    }

private:
    bool write(const void* from, std::size_t size, std::size_t place) const {
        const auto* at = static_cast<const std::uint8_t*>(from);
        while (size > 0) {
            const auto written = ::pwrite(descriptor_, at, size, static_cast<off_t>(place));
            if (written < 0 && errno == EINTR) continue;
            if (written <= 0) return false;
            at += written, size -= static_cast<std::size_t>(written), place += static_cast<std::size_t>(written);
        }
        return true;
    }
    void read(void* to, std::size_t size, std::size_t place) const {
        auto* at = static_cast<std::uint8_t*>(to);
        while (size > 0) {
            const auto taken = ::pread(descriptor_, at, size, static_cast<off_t>(place));
            if (taken < 0 && errno == EINTR) continue;
            if (taken < 0) lost(std::strerror(errno));
            if (taken == 0) lost("it is cut");
            at += taken, size -= static_cast<std::size_t>(taken), place += static_cast<std::size_t>(taken);
        }
    }

    int descriptor_;
    std::size_t end_ = 0;
};

Shelf::Shelf(std::string folder, std::size_t kept_in_memory)
    : folder_(std::move(folder)), left_in_memory_(kept_in_memory) {}

void Shelf::take(CaseResult& one) {
    if (one.verdict != Verdict::pass || one.put_away) return;
    if (left_in_memory_ > 0) return void(--left_in_memory_);
    if (is_useless_) return;
    if (!file_) {
        const int descriptor = open_without_a_name(folder_);
        if (descriptor < 0) return void(is_useless_ = true);
        file_ = std::make_shared<File>(descriptor);
    }
    const auto place = file_->add(one);
    if (!place) return void(is_useless_ = true);
    one.put_away = PutAway{file_, *place};
    drop_details(one);
}

}  // namespace hubspec::reports
