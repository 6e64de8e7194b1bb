using System.Buffers.Binary;

namespace Raft.Transport.Tcp.Fuzz;

/// <summary>Changes valid connections: block by block with lengths and checksums that fit again, or byte by byte with ones that do not.</summary>
internal sealed class Mutator(Random random)
{
    private const int KindOffset = 4;
    private const int ChecksumOffset = 5;
    private const int ChecksumSize = 4;
    private const int TermOffset = 7; // of a message

    private static readonly long[] Numbers =
    [
        0, 1, 2, 7, 127, 128, 255, 256, 65_535, 65_536, 128 * 1_024, (128 * 1_024) + 1, Target.MaximumFrame, Target.MaximumFrame + 1,
        int.MaxValue, 1L << 31, uint.MaxValue, 1L << 62, long.MaxValue, long.MinValue, -1,
    ];

    /// <summary>Changes blocks, and joins them.</summary>
    public byte[] ChangeBlocks(List<byte[]> blocks, Func<List<byte[]>> other, bool hasChecksums)
    {
        List<byte[]> changed = [.. blocks];
        for (int i = random.Next(4); i > 0 && changed.Count > 1; i--)
        {
            int at = random.Next(changed.Count);
            switch (random.Next(9))
            {
                case 0: // repeated
                    changed.InsertRange(at, Enumerable.Repeat(changed[at], random.Next(1, 4)));
                    break;
                case 1: // missing
                    changed.RemoveAt(at);
                    break;
                case 2: // out of order
                    int second = random.Next(changed.Count);
                    (changed[at], changed[second]) = (changed[second], changed[at]);
                    break;
                case 3: // of another connection
                    List<byte[]> source = other();
                    changed.Insert(at, source[random.Next(source.Count)]);
                    break;
                case 4: // after another connection
                    changed.InsertRange(at, other());
                    break;
                default:
                    changed[at] = at == 0 ? ChangeHandshake(changed[0]) : ChangeFrame(changed[at], hasChecksums);
                    break;
            }
        }

        return [.. changed.SelectMany(static block => block)];
    }

    /// <summary>Changes bytes.</summary>
    public byte[] ChangeBytes(byte[] bytes, Func<byte[]> other)
    {
        for (int i = random.Next(1, 4); i > 0 && bytes.Length > 0; i--)
        {
            int at = random.Next(bytes.Length);
            switch (random.Next(6))
            {
                case 0:
                    bytes = bytes[..at];
                    break;
                case 1:
                    byte[] source = other();
                    bytes = [.. bytes.AsSpan(0, at), .. source.AsSpan(random.Next(source.Length + 1))];
                    break;
                case 2:
                    bytes = [.. bytes.AsSpan(0, at), .. bytes.AsSpan(random.Next(bytes.Length))];
                    break;
                case 3:
                    bytes = (byte[])bytes.Clone();
                    WriteNumber(bytes.AsSpan(at));
                    break;
                default:
                    bytes = (byte[])bytes.Clone();
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }

        return bytes;
    }

    private byte[] ChangeHandshake(byte[] block)
    {
        byte[] changed = (byte[])block.Clone();
        WriteNumber(changed.AsSpan(random.Next(changed.Length)));
        int covered = changed.Length - ChecksumSize;
        if (random.Next(4) > 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(changed.AsSpan(covered), Crc32C.Compute(changed.AsSpan(0, covered)));
        }

        return changed;
    }

    private byte[] ChangeFrame(byte[] block, bool hasChecksums)
    {
        int headSize = hasChecksums ? ChecksumOffset + ChecksumSize : ChecksumOffset;
        byte[] frame = (byte[])block.Clone();
        int payload = frame.Length - headSize;
        if (payload <= 0)
        {
            return frame;
        }

        switch (random.Next(7))
        {
            case 0: // shorter
                frame = frame[..(headSize + random.Next(payload))];
                break;
            case 1: // longer
                frame = [.. frame, .. new byte[random.Next(1, 100)]];
                break;
            case 2:
                frame[KindOffset] = (byte)Numbers[random.Next(7)];
                break;
            case 3: // the length alone: what follows is misread
                WriteNumber(frame.AsSpan(0, sizeof(uint)));
                return frame;
            case 4 when payload > TermOffset + sizeof(long):
                BinaryPrimitives.WriteInt64LittleEndian(frame.AsSpan(headSize + TermOffset), Numbers[random.Next(Numbers.Length)]);
                break;
            default:
                WriteNumber(frame.AsSpan(headSize + (random.Next(2) == 0 ? random.Next(payload) : random.Next(Math.Min(payload, 80)))));
                break;
        }

        Seal(frame, headSize, hasChecksums);
        return frame;
    }

    /// <summary>Makes length and checksum right again.</summary>
    private static void Seal(byte[] frame, int headSize, bool hasChecksums)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)(frame.Length - headSize));
        if (hasChecksums)
        {
            uint state = Crc32C.Append(Crc32C.Append(Crc32C.Start, frame.AsSpan(0, ChecksumOffset)), frame.AsSpan(headSize));
            BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(ChecksumOffset), Crc32C.Finish(state));
        }
    }

    private void WriteNumber(Span<byte> at)
    {
        byte[] number = BitConverter.GetBytes(random.Next(3) == 0 ? random.NextInt64() : Numbers[random.Next(Numbers.Length)]);
        int size = Math.Min(1 << random.Next(4), at.Length);
        number.AsSpan(0, size).CopyTo(at);
    }
}
