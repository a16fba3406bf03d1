#pragma once

#include <string>
#include <string_view>

namespace hubspec::iothub {

/// The text with the values of `sig=`, `SharedAccessKey=` and `SharedAccessSignature=`, also where the '=' is
/// percent-encoded, and of the JSON members `primaryKey` and `secondaryKey` replaced by `(hidden)`. Everything else
/// stays, so a token's `sr` and `se` can still be read. Empty values stay empty.
std::string redact(std::string_view text);

/// The same with a '*' for each byte, so that the text stays as wide, and with whatever looks like a key: twenty or
/// more characters of Base64. For excerpts of files into which people may have put a secret.
std::string mask(std::string_view text);

}  // namespace hubspec::iothub
