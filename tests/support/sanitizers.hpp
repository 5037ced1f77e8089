// Which sanitizer a file is compiled with: gcc and clang each say it in their own way.
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define GUISE_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GUISE_ADDRESS_SANITIZER
#endif
#endif
