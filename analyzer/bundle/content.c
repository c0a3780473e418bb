// What the bytes of a member are, by the bytes and never by a name.
#include "bundle/unwrap.h"

struct magic {
    uint16_t at;
    uint8_t n;
    const char *bytes;
    enum pm_content content;
    const char *what;
};
static const struct magic magics[] = {
    {0, 2, "\x1f\x8b", PM_CONTENT_GZIP, "gzip"},
    {0, 6, "\xfd\x37zXZ\0", PM_CONTENT_FILTER, "xz"},
    {0, 4, "\x28\xb5\x2f\xfd", PM_CONTENT_FILTER, "zstd"},
    {0, 4, "\x50\x2a\x4d\x18", PM_CONTENT_FILTER, "zstd"}, // a frame without data: pzstd's
    {0, 4, "\x04\x22\x4d\x18", PM_CONTENT_FILTER, "lz4"},
    {4, 6, "1AY&SY", PM_CONTENT_FILTER, "bzip2"},
    {0, 4, "LZIP", PM_CONTENT_FILTER, "lzip"},
    {0, 2, "\x1f\x9d", PM_CONTENT_FILTER, "compress"},
    {0, 4, "PK\3\4", PM_CONTENT_ARCHIVE_SEEK, "zip"},
    {0, 4, "PK\5\6", PM_CONTENT_ARCHIVE_SEEK, "zip"},
    {0, 6, "7z\xbc\xaf\x27\x1c", PM_CONTENT_ARCHIVE_SEEK, "7z"},
    {0, 6, "070701", PM_CONTENT_ARCHIVE, "cpio"},
    {0, 6, "070707", PM_CONTENT_ARCHIVE, "cpio"},
    {0, 6, "Rar!\x1a\x07", PM_CONTENT_BINARY, "rar archive: not read"},
    {0, 4,
     "\x7f"
     "ELF",
     PM_CONTENT_BINARY, "program or core dump (ELF)"},
    {0, 8, "\x89PNG\r\n\x1a\n", PM_CONTENT_BINARY, "picture (PNG)"},
    {0, 3, "\xff\xd8\xff", PM_CONTENT_BINARY, "picture (JPEG)"},
    {0, 4, "GIF8", PM_CONTENT_BINARY, "picture (GIF)"},
    {0, 15, "SQLite format 3", PM_CONTENT_BINARY, "SQLite database"},
    {16, 4, "\xed\xda\x0c\xed", PM_CONTENT_BINARY, "bolt database"},
    {0, 5, "%PDF-", PM_CONTENT_BINARY, "PDF"},
    {0, 8, "ElfFile\0", PM_CONTENT_BINARY, "Windows event log (evtx): export it as text"},
    {0, 4, "\xd4\xc3\xb2\xa1", PM_CONTENT_BINARY, "packet capture"},
    {0, 4, "\x0a\x0d\x0d\x0a", PM_CONTENT_BINARY, "packet capture"},
    {0, 4, "\x00\x05\x16\x07", PM_CONTENT_NOISE, "AppleDouble"},
    {0, 8, "\0\0\0\1Bud1", PM_CONTENT_NOISE, "DS_Store"},
};

// A tar header sums up its own bytes; the magic alone can stand in a text.
static bool is_tar(struct pm_str head) {
    if (head.n < 512) return false;
    const uint8_t *h = (const uint8_t *)head.p;
    uint64_t sum = 0, want = 0;
    size_t i = 148;
    while (i < 156 && h[i] == ' ') i++;
    size_t digits = i;
    for (; i < 156 && h[i] >= '0' && h[i] <= '7'; i++) want = want * 8 + (h[i] - '0');
    for (size_t k = 0; i > digits && k < 512; k++) sum += k >= 148 && k < 156 ? ' ' : h[k];
    if (i > digits && sum == want && sum > 256) return true;
    return memcmp(h + 257, "ustar", 5) == 0 && memchr(h, 0, 257);
}

static bool is_utf16(struct pm_str s) {
    if (s.n < 4) return false;
    if (memcmp(s.p, "\xff\xfe", 2) == 0 || memcmp(s.p, "\xfe\xff", 2) == 0) return true;
    size_t nuls[2] = {0, 0};
    if (!memchr(s.p, 0, s.n)) return false;
    for (size_t i = 0; i < s.n; i++) nuls[i & 1] += s.p[i] == 0;
    return (nuls[0] * 5 >= s.n && nuls[1] * 50 < s.n) ||
           (nuls[1] * 5 >= s.n && nuls[0] * 50 < s.n); // 40 % of one parity is a fifth of all
}

// Control bytes that no text has. A run of NULs in front is what copytruncate leaves: not
// counted.
static bool is_binary(struct pm_str s) {
    while (s.n && s.p[0] == 0) {
        s.p++;
        s.n--;
    }
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);
    size_t odd = 0;
    for (size_t i = 0; i < s.n;) {
        uint64_t w = 0;
        size_t end = i + sizeof w < s.n ? i + sizeof w : s.n;
        memcpy(&w, s.p + i, end - i);
        bool plain = end - i == sizeof w && !((w | (w - ones * 27)) & highs); // none below 27
        for (; i < end && !plain; i++) {
            uint8_t c = (uint8_t)s.p[i];
            odd += c < 8 || (c > 13 && c < 27);
        }
        i = end;
    }
    return odd * 16 > s.n;
}

enum pm_content pm_content_of(struct pm_str head, const char **what) {
    *what = "";
    if (head.n == 0) return PM_CONTENT_EMPTY;
    for (size_t i = 0; i < PM_LEN(magics); i++) {
        const struct magic *m = &magics[i];
        if (head.n < (size_t)m->at + m->n || memcmp(head.p + m->at, m->bytes, m->n) != 0) continue;
        *what = m->what;
        return m->content;
    }
    if (is_tar(head)) {
        *what = "tar";
        return PM_CONTENT_ARCHIVE;
    }
    if (pm_str_starts(head, PM_STR("LPKSHHRH")) || is_utf16(head) || !is_binary(head))
        return PM_CONTENT_TEXT;
    *what = "binary data";
    return PM_CONTENT_BINARY;
}
