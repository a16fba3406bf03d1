#include "tests/hub/support/mirror.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "fixtures/hub/changes.hpp"

namespace hubspec::hub::test {

namespace {

void apply_identities(Snapshot& snapshot, const Changes& changes) {
    for (const auto& key : changes.removed) snapshot.identities.erase(key);
    for (const auto& one : changes.identities) {
        auto& kept = snapshot.identities[one.key()];
        auto queue = std::exchange(kept.queue, {});
        kept = one;
        kept.queue = std::move(queue);
    }
    for (const auto& one : changes.activities) {
        auto& kept = snapshot.identities.at(one.key);
        kept.state_updated = one.state_updated, kept.last_activity = one.last_activity;
    }
}

void apply_messages(Snapshot& snapshot, const Changes& changes) {
    const auto gone = [&](const CloudMessage& message) {
        return std::ranges::count(changes.ended, message.sequence) > 0;
    };
    for (auto& [key, identity] : snapshot.identities) std::erase_if(identity.queue, gone);
    for (const auto& [key, message] : changes.queued) {
        auto& queue = snapshot.identities.at(key).queue;
        const auto at = std::ranges::lower_bound(queue, message.sequence, {}, &CloudMessage::sequence);
        if (at != queue.end() && at->sequence == message.sequence)
            *at = message;
        else
            queue.insert(at, message);
    }
}

void apply_telemetry(Snapshot& snapshot, const Changes& changes) {
    for (const auto& message : changes.telemetry) {
        auto& all = snapshot.telemetry;
        const auto at = std::ranges::lower_bound(all, message.sequence, {}, &Telemetry::sequence);
        if (at != all.end() && at->sequence == message.sequence)
            *at = message;
        else
            all.insert(at, message);
    }
    std::erase_if(snapshot.telemetry, [&](const Telemetry& one) { return one.sequence < changes.first_telemetry; });
    for (const auto& [number, facts] : changes.partitions) {
        if (snapshot.partitions.size() <= number) snapshot.partitions.resize(number + 1);
        snapshot.partitions[number] = facts;
    }
}

void apply_feedback(Snapshot& snapshot, const Changes& changes) {
    if (changes.pending_feedback) {
        snapshot.pending_feedback = changes.pending_feedback->records;
        snapshot.feedback_due = changes.pending_feedback->due;
    }
    for (const auto& batch : changes.batches) {
        const auto at = std::ranges::find(snapshot.batches, batch.number, &FeedbackBatch::number);
        if (at != snapshot.batches.end())
            *at = batch;
        else
            snapshot.batches.push_back(batch);
    }
    std::erase_if(snapshot.batches,
                  [&](const FeedbackBatch& one) { return std::ranges::count(changes.ended_batches, one.number) > 0; });
}

}  // namespace

void apply(Snapshot& snapshot, const Changes& changes) {
    apply_identities(snapshot, changes);
    apply_messages(snapshot, changes);
    apply_telemetry(snapshot, changes);
    apply_feedback(snapshot, changes);
    if (changes.counters) snapshot.counters = *changes.counters;
}

Mirror::Mirror() = default;
Mirror::~Mirror() = default;
Mirror::Mirror(Mirror&&) noexcept = default;
Mirror& Mirror::operator=(Mirror&&) noexcept = default;

void Mirror::follow(Hub& hub) {
    if (!follows) return;
    if (!snapshot_) {
        snapshot_ = std::make_unique<Snapshot>();
        hub.note_changes();
    }
    const auto changes = hub.take_changes();
    if (also) also(changes);
    apply(*snapshot_, changes);
    if (snapshot_->telemetry.size() > 100) return;  // comparing would take longer than the test
    const auto all = hub.snapshot();
    EXPECT_TRUE(snapshot_->identities == all.identities) << "changes of identities were not noted";
    EXPECT_TRUE(snapshot_->telemetry == all.telemetry) << "telemetry was not noted";
    EXPECT_TRUE(snapshot_->partitions == all.partitions) << "changes of partitions were not noted";
    EXPECT_TRUE(snapshot_->pending_feedback == all.pending_feedback) << "feedback was not noted";
    EXPECT_TRUE(snapshot_->feedback_due == all.feedback_due) << "the time of feedback was not noted";
    EXPECT_TRUE(snapshot_->batches == all.batches) << "batches of feedback were not noted";
    EXPECT_TRUE(snapshot_->counters == all.counters) << "counters were not noted";
}

}  // namespace hubspec::hub::test
