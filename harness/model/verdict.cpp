#include "harness/model/verdict.hpp"

namespace hubspec::model {

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::not_applicable:
            return "not applicable";
        case Verdict::pass:
            return "pass";
        case Verdict::expected_failure:
            return "expected failure";
        case Verdict::warn:
            return "warn";
        case Verdict::inconclusive:
            return "inconclusive";
        case Verdict::error:
            return "error";
        case Verdict::fail:
            return "fail";
    }
    return "error";
}

}  // namespace hubspec::model
