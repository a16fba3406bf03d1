#include "harness/load/run.hpp"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace hubspec::load {

using namespace model;
using Clock = std::chrono::steady_clock;

namespace {

// Between two looks at whether all that was due is done.
constexpr std::chrono::milliseconds drain_step{20};
// So that all loops have their devices when the first is due.
constexpr std::chrono::milliseconds head_start{20};

/// Waits that a stop ends.
class Waiting {
public:
    explicit Waiting(const std::stop_token& stop) : stop_(stop) {}
    /// False: stopped.
    bool until(Clock::time_point moment) {
        std::unique_lock lock(mutex_);
        std::condition_variable_any changed;
        changed.wait_until(lock, stop_, moment, [] { return false; });
        return !stop_.stop_requested();
    }

private:
    std::stop_token stop_;
    std::mutex mutex_;
};

class LoadRun {
public:
    LoadRun(const LoadTask& task, const std::function<void(const LoadState&)>& told, const std::stop_token& stop)
        : task_(task), told_(told), waiting_(stop), schedule_(task.plan) {
        if (needs_back_end(task.plan) && task.service)
            back_end_ = std::make_unique<BackEnd>(task.endpoint, *task.service, task.plan.patience);
        const unsigned loops = std::max(1U, task.loops);
        std::vector<std::vector<Member>> parts(loops);
        for (std::size_t i = 0; i < task.members.size(); ++i) parts[i % loops].push_back(task.members[i]);
        for (const auto& part : parts)
            fleets_.push_back(std::make_unique<Fleet>(task.plan, task.endpoint, back_end_.get(), part));
    }

    LoadResult run() {
        epoch_ = Clock::now() + head_start;
        for (const auto& fleet : fleets_) fleet->begin(epoch_);
        const auto ends = epoch_ + schedule_.mix_ends();
        bool goes_on = true;
        while (goes_on && Clock::now() < ends) {
            goes_on = waiting_.until(std::min<Clock::time_point>(ends, Clock::now() + task_.told_every));
            look(Detail::no_slice_latencies);
            if (goes_on) told_({result_, std::max(Micros{}, schedule_.mix_ends() - now()), connected_});
        }
        result_.interrupted = !goes_on;
        const auto ended = std::min(now(), schedule_.mix_ends());
        if (goes_on) drain(ends + task_.plan.patience);
        for (const auto& fleet : fleets_) fleet->end_mix(result_.interrupted);
        look(Detail::all);
        result_.mix_lasted = std::max(Micros{}, ended - schedule_.mix_begins());
        for (const auto& fleet : fleets_) fleet->leave();
        back_end_.reset();  // before those whom it tells
        fleets_.clear();
        return std::move(result_);
    }

private:
    Micros now() const { return std::chrono::duration_cast<Micros>(Clock::now() - epoch_); }

    /// What was due is still done, as long as anybody has the patience.
    void drain(Clock::time_point patience) {
        for (count_devices(); busy_ > 0 && Clock::now() < patience + drain_step; count_devices())
            if (!waiting_.until(Clock::now() + drain_step)) {
                result_.interrupted = true;
                return;
            }
    }

    void count_devices() {
        connected_ = busy_ = result_.most_connected = 0;
        for (const auto& fleet : fleets_) {
            const auto pulse = fleet->pulse();
            connected_ += pulse.connected;
            busy_ += pulse.busy;
            result_.most_connected += pulse.most_connected;
        }
    }

    void look(Detail detail) {
        count_devices();
        result_.plan = task_.plan;
        result_.shards = {task_.shard};
        result_.devices = static_cast<std::uint32_t>(task_.members.size());
        result_.slice = slice_of(task_.plan);
        result_.operations = {};
        result_.lateness = {};
        for (const auto& fleet : fleets_) {
            const auto state = fleet->state(detail);
            add(result_.operations, state.operations);
            result_.lateness.add(state.lateness);
        }
        result_.duration = std::max(Micros{}, now());
        result_.mix_began = schedule_.mix_begins();
        result_.mix_lasted = std::clamp(now() - schedule_.mix_begins(), Micros{}, Micros(task_.plan.duration));
    }

    const LoadTask& task_;
    const std::function<void(const LoadState&)>& told_;
    Waiting waiting_;
    Schedule schedule_;
    Clock::time_point epoch_;
    std::unique_ptr<BackEnd> back_end_;
    std::vector<std::unique_ptr<Fleet>> fleets_;
    LoadResult result_;
    std::uint32_t connected_ = 0, busy_ = 0;
};

}  // namespace

bool needs_back_end(const LoadPlan& plan) {
    return std::any_of(plan.mix.begin(), plan.mix.end(), [](const Stream& stream) {
        return stream.operation == Operation::method || stream.operation == Operation::cloud_to_device;
    });
}

LoadResult run_load(const LoadTask& task, const std::function<void(const LoadState&)>& told,
                    const std::stop_token& stop) {
    return LoadRun(task, told, stop).run();
}

}  // namespace hubspec::load
