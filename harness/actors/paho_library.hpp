#pragma once

#include <dlfcn.h>

namespace hubspec::actors {

/// For functions that stand between Paho and the system: whether this return address is in Paho's library.
bool is_paho(const void* caller);

/// The function of that name that would have been called.
template <class Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace hubspec::actors
