/*
 * compat.h
 *	  What differs between the server's major versions, 15 to 18: included after
 *	  postgres.h, the code is written for the newest.
 */
#ifndef ABIE_COMPAT_H
#define ABIE_COMPAT_H

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#else
#include "utils/rangetypes.h"
#define make_range(type, lower, upper, empty, error_context) make_range(type, lower, upper, empty)
/* of extensions, and of no other objects so far */
#define object_ownercheck(class, object, role) pg_extension_ownercheck(object, role)
#endif

#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
#endif

#endif
