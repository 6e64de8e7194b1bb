using System.Buffers.Binary;

namespace Raft.Testing;

/// <summary>A time zone as a file, so that no machine needs to have time zones installed (RFC 9636, version 1).</summary>
internal static class ZoneFile
{
    private const int HeaderBytes = 44;

    public static byte[] Make(int hoursFromUtc)
    {
        byte[] file = new byte[HeaderBytes + 6 + 4];
        "TZif"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(36), 1); // one type of local time, without a change to another
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(40), 4); // the characters of its name
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(HeaderBytes), hoursFromUtc * 3_600);
        "FAR\0"u8.CopyTo(file.AsSpan(HeaderBytes + 6));
        return file;
    }
}
