namespace Raft.Storage.Files.Tests.Simulated;

/// <summary>The size of what a disk writes as one.</summary>
internal static class Sectors
{
    public const int Size = 512;

    /// <summary>The number of sectors that so many bytes take.</summary>
    public static int Count(long length) => (int)((length + Size - 1) / Size);
}
