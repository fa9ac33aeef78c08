/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* How functions are shown to the verifier. */
#pragma once

/*
 * Verified once, by itself, instead of anew on every path that leads to a call. The price: nothing
 * is known of what its pointers point to, and they may be NULL as far as the verifier can tell.
 */
#define LAB_GLOBAL __attribute__((noinline))

/* What a function answers on such a NULL. */
#define LAB_NEVER (-(int)LAB_DROP_REWRITE_FAILED)
