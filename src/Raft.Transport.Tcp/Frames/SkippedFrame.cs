namespace Raft.Transport.Tcp;

/// <summary>A frame whose content is checked as it passes, and not kept.</summary>
internal sealed class SkippedFrame(FrameKind kind, int length, uint checksum)
{
    public FrameKind Kind { get; } = kind;

    public int Length { get; } = length;

    /// <summary>How many bytes of it have not passed.</summary>
    public int Rest { get; private set; } = length;

    /// <summary>The state of the checksum of what has passed.</summary>
    public uint Checksum { get; private set; } = checksum;

    /// <summary>Lets bytes pass that begin with the rest of it.</summary>
    /// <returns>How many of them were part of it.</returns>
    public int Skip(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> own = bytes[..Math.Min(Rest, bytes.Length)];
        Checksum = Crc32C.Append(Checksum, own);
        Rest -= own.Length;
        return own.Length;
    }
}
