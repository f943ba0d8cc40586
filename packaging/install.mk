# make install, make uninstall: under GNU's names for directories. PREFIX is another one for prefix.

PREFIX      ?= /usr/local
prefix      ?= $(PREFIX)
exec_prefix ?= $(prefix)
bindir      ?= $(exec_prefix)/bin
libdir      ?= $(exec_prefix)/lib
includedir  ?= $(prefix)/include
datarootdir ?= $(prefix)/share
mandir      ?= $(datarootdir)/man

INSTALL         ?= install
INSTALL_PROGRAM ?= $(INSTALL)
INSTALL_DATA    ?= $(INSTALL) -m 644

VERSION  = $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
SHARED   = libvirtwatch.so.$(VERSION)
ARCHIVE  = $(TARGET)/archive/release/libvirtwatch.a
CMAKEDIR = $(libdir)/cmake/virtwatch

HEADERS = virtwatch.h compat/libvirt/libvirt.h compat/libvirt/virterror.h
PC      = virtwatch.pc virtwatch-libvirt.pc

# A path of a .pc file: below prefix where it is.
below_prefix = $(patsubst $(prefix)/%,$${prefix}/%,$(1))

.PHONY: archive install uninstall

# The static archive is built by itself: its symbols have no versions, which a linker would refuse.
archive: need-rust
	VIRTWATCH_UNVERSIONED=1 CARGO_TARGET_DIR=$(TARGET)/archive $(CARGO) rustc --release --lib \
		--crate-type staticlib --no-default-features --features capi

install: all archive
	$(INSTALL) -d $(addprefix $(DESTDIR),$(bindir) $(libdir)/pkgconfig $(CMAKEDIR) $(mandir)/man1 \
		$(mandir)/man3 $(includedir)/virtwatch/compat/libvirt)
	$(INSTALL_PROGRAM) $(TARGET)/release/virtwatch $(DESTDIR)$(bindir)/virtwatch
	$(INSTALL_PROGRAM) $(TARGET)/release/libvirtwatch.so $(DESTDIR)$(libdir)/$(SHARED)
	ln -sf $(SHARED) $(DESTDIR)$(libdir)/libvirtwatch.so.0
	ln -sf libvirtwatch.so.0 $(DESTDIR)$(libdir)/libvirtwatch.so
	$(INSTALL_DATA) $(ARCHIVE) $(DESTDIR)$(libdir)/libvirtwatch.a
	for header in $(HEADERS); do $(INSTALL_DATA) include/virtwatch/$$header \
		$(DESTDIR)$(includedir)/virtwatch/$$header || exit; done
	for file in $(PC); do sed -e 's|@prefix@|$(prefix)|; s|@version@|$(VERSION)|' \
		-e 's|@libdir@|$(call below_prefix,$(libdir))|' \
		-e 's|@includedir@|$(call below_prefix,$(includedir))|' packaging/$$file.in \
		>$(DESTDIR)$(libdir)/pkgconfig/$$file || exit; done
	for file in virtwatch-config.cmake virtwatch-config-version.cmake; do \
		sed -e 's|@version@|$(VERSION)|' \
		-e "s|@includedir@|$$(realpath -m --relative-to=$(libdir) $(includedir))|" \
		packaging/$$file.in >$(DESTDIR)$(CMAKEDIR)/$$file || exit; done
	$(INSTALL_DATA) docs/man/virtwatch.1 $(DESTDIR)$(mandir)/man1/virtwatch.1
	$(INSTALL_DATA) docs/man/virtwatch.3 $(DESTDIR)$(mandir)/man3/virtwatch.3

uninstall:
	rm -f $(addprefix $(DESTDIR),$(bindir)/virtwatch $(mandir)/man1/virtwatch.1 \
		$(mandir)/man3/virtwatch.3 $(addprefix $(includedir)/virtwatch/,$(HEADERS)) \
		$(addprefix $(libdir)/,$(SHARED) libvirtwatch.so.0 libvirtwatch.so libvirtwatch.a \
		$(addprefix pkgconfig/,$(PC))) $(CMAKEDIR)/virtwatch-config.cmake \
		$(CMAKEDIR)/virtwatch-config-version.cmake)
	-rmdir $(addprefix $(DESTDIR),$(CMAKEDIR) $(includedir)/virtwatch/compat/libvirt \
		$(includedir)/virtwatch/compat $(includedir)/virtwatch)
