/* SPDX-License-Identifier: MIT */
/* keys_open reads the key, or makes one and reads that: two programs that start at once both make
 * one, the file system lets one of them through, and both read the same. */
#include "net/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "net/statefile.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/text.h"

enum { KEY_FILE_MOST = 16 * 1024, SHA256_BYTES = 32 };

struct keys {
    gnutls_certificate_credentials_t credentials;
    char fingerprint[KEYS_FINGERPRINT];
};

const char *keys_fingerprint(const struct keys *k)
{
    return k->fingerprint;
}

void *keys_credentials(const struct keys *k)
{
    return k->credentials;
}

void keys_free(struct keys *k)
{
    if (!k)
        return;
    if (k->credentials)
        gnutls_certificate_free_credentials(k->credentials);
    mem_free(k);
}

int keys_fingerprint_of(const uint8_t *spki, size_t len, char out[KEYS_FINGERPRINT])
{
    uint8_t digest[SHA256_BYTES];
    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, spki, len, digest) < 0)
        return ERR_LIBRARY;
    gnutls_datum_t in = {digest, sizeof digest}, text;
    if (gnutls_base64_encode2(&in, &text) < 0)
        return -ENOMEM;
    while (text.size && text.data[text.size - 1] == '=')
        text.size--;
    snprintf(out, KEYS_FINGERPRINT, "SHA256:%.*s", (int)text.size, (const char *)text.data);
    gnutls_free(text.data);
    return 0;
}

static int generate_pem(gnutls_datum_t *pem)
{
    gnutls_x509_privkey_t key;
    if (gnutls_x509_privkey_init(&key) < 0)
        return -ENOMEM;
    unsigned bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
    int e = gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, bits, 0);
    if (e >= 0)
        e = gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN,
                                              pem);
    gnutls_x509_privkey_deinit(key);
    return e < 0 ? ERR_LIBRARY : 0;
}

/* Appears under its name whole or not at all, and never in place of one that is there. */
static int publish(const char *path, const gnutls_datum_t *pem)
{
    char temp[PATH_MAX];
    if (snprintf(temp, sizeof temp, "%s.XXXXXX", path) >= (int)sizeof temp)
        return -ENAMETOOLONG;
    int fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int e = statefile_write_fd(fd, pem->data, pem->size);
    if (e == 0 && link(temp, path) < 0 && errno != EEXIST)
        e = -errno;
    unlink(temp);
    close(fd);
    return e;
}

static int create(const char *path)
{
    gnutls_datum_t pem = {NULL, 0};
    int e = statefile_make_directory(path);
    if (e == 0)
        e = generate_pem(&pem);
    if (e == 0)
        e = publish(path, &pem);
    if (pem.data)
        gnutls_memset(pem.data, 0, pem.size);
    gnutls_free(pem.data);
    return e;
}

/* An open key file that only its owner can read, or a negative code and a sentence. */
static int check_file(int fd, const char *path, char *error, size_t cap)
{
    struct stat st;
    if (fstat(fd, &st) < 0) {
        int e = -errno;
        text_format(error, cap, _("cannot read the key file %s: %s"), path, err_str(e));
        return e;
    }
    if (!S_ISREG(st.st_mode) || st.st_size > KEY_FILE_MOST) {
        text_format(error, cap, _("%s is not a key file: expected an ECDSA P-256 key in PEM"),
                    path);
        return ERR_FORMAT;
    }
    if (st.st_mode & (S_IRWXG | S_IRWXO)) {
        text_format(error, cap,
                    _("the key file %s can be used by others (mode %04o): run chmod 600 %s"), path,
                    (unsigned)st.st_mode & 07777, path);
        return ERR_DENIED;
    }
    return 0;
}

/* The fingerprint of k's public key in DER, which is also what peers will see of it. */
static int adopt_public(struct keys *k, gnutls_privkey_t key, gnutls_datum_t *spki)
{
    gnutls_pubkey_t pub;
    if (gnutls_pubkey_init(&pub) < 0)
        return -ENOMEM;
    int e = gnutls_pubkey_import_privkey(pub, key, 0, 0);
    if (e >= 0)
        e = gnutls_pubkey_export2(pub, GNUTLS_X509_FMT_DER, spki);
    gnutls_pubkey_deinit(pub);
    return e < 0 ? ERR_LIBRARY : keys_fingerprint_of(spki->data, spki->size, k->fingerprint);
}

static bool is_p256(gnutls_privkey_t key)
{
    unsigned bits = 0;
    return gnutls_privkey_get_pk_algorithm(key, &bits) == GNUTLS_PK_ECDSA && bits == 256;
}

static int adopt(struct keys *k, const gnutls_datum_t *pem)
{
    gnutls_privkey_t key;
    gnutls_datum_t spki = {NULL, 0}, der = {NULL, 0};
    gnutls_x509_privkey_t plain = NULL;
    if (gnutls_privkey_init(&key) < 0)
        return -ENOMEM;
    int e = ERR_FORMAT;
    if (gnutls_privkey_import_x509_raw(key, pem, GNUTLS_X509_FMT_PEM, NULL, 0) < 0 || !is_p256(key))
        goto out;
    e = adopt_public(k, key, &spki);
    if (e < 0)
        goto out;
    e = ERR_LIBRARY;
    if (gnutls_privkey_export_x509(key, &plain) >= 0 &&
        gnutls_x509_privkey_export2(plain, GNUTLS_X509_FMT_DER, &der) >= 0 &&
        gnutls_certificate_allocate_credentials(&k->credentials) >= 0 &&
        gnutls_certificate_set_rawpk_key_mem(k->credentials, &spki, &der, GNUTLS_X509_FMT_DER, NULL,
                                             GNUTLS_KEY_DIGITAL_SIGNATURE, NULL, 0, 0) >= 0)
        e = 0;
out:
    if (der.data)
        gnutls_memset(der.data, 0, der.size);
    gnutls_free(der.data);
    gnutls_free(spki.data);
    gnutls_x509_privkey_deinit(plain);
    gnutls_privkey_deinit(key);
    return e;
}

static int load(int fd, const char *path, struct keys *k, char *error, size_t cap)
{
    int e = check_file(fd, path, error, cap);
    if (e < 0)
        return e;
    char *text;
    size_t len;
    e = statefile_read_fd(fd, KEY_FILE_MOST, &text, &len);
    if (e < 0) {
        text_format(error, cap, _("cannot read the key file %s: %s"), path, err_str(e));
        return e;
    }
    gnutls_datum_t pem = {(unsigned char *)text, (unsigned)len};
    e = adopt(k, &pem);
    gnutls_memset(text, 0, len);
    mem_free(text);
    if (e == ERR_FORMAT)
        text_format(error, cap, _("%s is not a key file: expected an ECDSA P-256 key in PEM"),
                    path);
    else if (e < 0)
        text_format(error, cap, _("cannot use the key in %s: %s"), path, err_str(e));
    return e;
}

/* The file, made first if need be. */
static int open_or_create(const char *path, char *error, size_t cap)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0)
        return fd;
    if (errno != ENOENT) {
        int e = -errno;
        text_format(error, cap, _("cannot read the key file %s: %s"), path, err_str(e));
        return e;
    }
    int e = create(path);
    if (e == 0) {
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        e = fd < 0 ? -errno : 0;
    }
    if (e == 0)
        return fd;
    text_format(error, cap, _("cannot make the key file %s: %s"), path, err_str(e));
    return e;
}

int keys_open(const char *path, struct keys **out, char *error, size_t cap)
{
    int fd = open_or_create(path, error, cap);
    if (fd < 0)
        return fd;
    struct keys *k = mem_zero(1, sizeof *k);
    int e = k ? load(fd, path, k, error, cap) : -ENOMEM;
    if (!k)
        text_format(error, cap, _("cannot read the key file %s: %s"), path, err_str(-ENOMEM));
    close(fd);
    if (e < 0) {
        keys_free(k);
        return e;
    }
    *out = k;
    return 0;
}
