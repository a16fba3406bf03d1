#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hubspec::run {

/// A SAS token before its fields are put together.
struct SasParts {
    std::string resource;  ///< not escaped
    std::string expiry;    ///< the text of se
    std::string key;       ///< Base64
    std::string scheme = "SharedAccessSignature";
    std::string signed_resource;  ///< what is signed in place of the escaped resource; empty: that one
    bool signs_expiry = true;
    bool key_is_text = false;  ///< the key's Base64 signs, not the bytes that it stands for
    std::vector<std::pair<std::string, std::string>> fields = {};  ///< once it is signed: sr, sig, se, skn
};

/// What is wrong before the token is signed: the signature is then right for the wrong thing.
void spoil_before_signing(SasParts& parts, std::string_view defect, long long now);
/// What is wrong about the fields of a signed token.
void spoil_fields(SasParts& parts, std::string_view defect);
/// What is wrong about the text of a token.
std::string spoil_text(std::string token, std::string_view defect);

}  // namespace hubspec::run
