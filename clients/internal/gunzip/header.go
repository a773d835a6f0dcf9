package gunzip

import "hash/crc32"

// header takes one part of the header.
func (r *Reader) header() error {
	width := uint(8)
	switch r.part {
	case magic, modified:
		width = 32
	case system, extraSize, headerCRC:
		width = 16
	}
	v, ok := r.bits.take(width)
	if !ok {
		return errStarved
	}
	if r.part == headerCRC {
		if v != r.crc&0xffff {
			return errHeader
		}
		r.after(headerCRC)
		return nil
	}
	for at := uint(0); at < width; at += 8 {
		r.crc = crc32.Update(r.crc, crc32.IEEETable, []byte{byte(v >> at)})
	}
	switch r.part {
	case magic:
		r.flags = v >> 24
		if v&0xffffff != 0x088b1f { // two bytes of magic, and the method, deflate
			return errMagic
		}
		if r.flags&flagsReserved != 0 {
			return errHeader
		}
		r.part = modified
	case modified:
		r.part = system
	case system:
		r.after(system)
	case extraSize:
		r.left, r.part = v, extra
		if v == 0 {
			r.after(extra)
		}
	case extra:
		if r.left--; r.left == 0 {
			r.after(extra)
		}
	case fileName, comment:
		if v == 0 {
			r.after(r.part)
		}
	}
	return nil
}

// after goes on to the next part that the flags announce.
func (r *Reader) after(p part) {
	for _, optional := range []struct {
		part part
		flag uint32
	}{{extraSize, flagExtra}, {fileName, flagName}, {comment, flagComment}, {headerCRC, flagHeaderCRC}} {
		if optional.part > p && r.flags&optional.flag != 0 {
			r.part = optional.part
			return
		}
	}
	r.part, r.crc = content, 0
}
