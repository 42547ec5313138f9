# SPDX-License-Identifier: MIT
PROTO_LIBS = src/proto/libproto.a $(UTIL_LIBS)
