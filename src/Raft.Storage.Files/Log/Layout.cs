namespace Raft.Storage.Files;

/// <summary>Sizes of the format, which docs/file-format.md describes.</summary>
internal static class Layout
{
    /// <summary>The version that this library writes, and the only one that it reads.</summary>
    public const int Version = 1;

    /// <summary>What a disk writes whole: headers and groups start at its multiples.</summary>
    public const int Sector = 512;

    /// <summary>The largest number of bytes of a group that holds more than one call.</summary>
    public const int LargestGroup = 1 << 20;

    /// <summary>The length with what fills the last sector.</summary>
    public static long Padded(long length) => (length + Sector - 1) & ~(Sector - 1L);
}
