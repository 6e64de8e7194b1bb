namespace Raft.Transport.Tcp.Fuzz;

/// <summary>What one connection receives.</summary>
/// <param name="IsDialled">Whether the transport has dialled, and the bytes are the answer; otherwise it has accepted the connection.</param>
/// <param name="HasChecksums">Whether frames have checksums, as without TLS.</param>
/// <param name="Ends">Whether the connection ends after the bytes; otherwise nothing follows.</param>
/// <param name="Splits">How the bytes are divided into reads.</param>
/// <param name="Bytes">The bytes: a handshake, then frames.</param>
internal sealed record FuzzInput(bool IsDialled, bool HasChecksums, bool Ends, int Splits, byte[] Bytes)
{
    private const int HeadSize = 8;

    public void Save(string path)
    {
        byte[] head = new byte[HeadSize];
        head[0] = (byte)((IsDialled ? 1 : 0) | (HasChecksums ? 2 : 0) | (Ends ? 4 : 0));
        BitConverter.TryWriteBytes(head.AsSpan(sizeof(int)), Splits);
        File.WriteAllBytes(path, [.. head, .. Bytes]);
    }

    public static FuzzInput Load(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        return new FuzzInput(
            (file[0] & 1) != 0, (file[0] & 2) != 0, (file[0] & 4) != 0, BitConverter.ToInt32(file, sizeof(int)), file[HeadSize..]);
    }
}
