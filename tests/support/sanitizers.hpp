// Which sanitizer a file is compiled with: gcc and clang each say it in their own way.
#pragma once

#ifdef __SANITIZE_ADDRESS__
#define GUISE_ADDRESS_SANITIZER
#endif
#ifdef __SANITIZE_THREAD__
#define GUISE_THREAD_SANITIZER
#endif
#ifdef __has_feature
#if __has_feature(address_sanitizer) && !defined(GUISE_ADDRESS_SANITIZER)
#define GUISE_ADDRESS_SANITIZER
#endif
#if __has_feature(thread_sanitizer) && !defined(GUISE_THREAD_SANITIZER)
#define GUISE_THREAD_SANITIZER
#endif
#endif
