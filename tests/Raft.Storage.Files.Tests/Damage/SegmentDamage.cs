using System.Buffers.Binary;
using Raft.Testing;

namespace Raft.Storage.Files.Tests.Damage;

/// <summary>Damages the segments of an image in a random way.</summary>
/// <param name="random">Draws the damage.</param>
/// <param name="image">The image.</param>
/// <param name="donor">Another folder, whose bytes may get into the image.</param>
internal sealed class SegmentDamage(SeededRandom random, FolderImage image, FolderImage donor)
{
    private const int LargestGarbage = 3 * Layout.Sector;
    private static readonly int[] LengthFields = [4, 12, 88]; // of a group, of a header, and the number of entries

    /// <summary>Damages one file.</summary>
    public void Inflict()
    {
        string path = DrawSegment(image);
        byte[] bytes = [.. image[path]];
        switch (random.Next(9))
        {
            case 0:
                FlipBits(bytes);
                break;
            case 1:
                DrawSector(bytes).Fill((byte)random.Next(256));
                break;
            case 2:
                Scramble(DrawSector(bytes));
                break;
            case 3:
                CopySector(image[DrawSegment(image)], bytes);
                break;
            case 4:
                byte[] before = [.. bytes];
                CopySector(before, bytes);
                CopySector(before, bytes);
                break;
            case 5:
                bytes = bytes[..random.Next(bytes.Length + 1)];
                break;
            case 6:
                bytes = Splice(bytes, donor[DrawSegment(donor)]);
                break;
            case 7:
                SetLengthField(DrawSector(bytes));
                break;
            case 8:
                path = RecordedLog.PathOf(1 + random.Next(20));
                bytes = new byte[random.Next(LargestGarbage)];
                Scramble(bytes);
                break;
        }

        image[path] = bytes;
    }

    private void FlipBits(byte[] bytes)
    {
        for (int count = 1 + random.Next(3); count > 0 && bytes.Length > 0; count--)
        {
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        }
    }

    private void Scramble(Span<byte> bytes)
    {
        foreach (ref byte value in bytes)
        {
            value = (byte)random.Next(256);
        }
    }

    private void CopySector(byte[] source, byte[] target)
    {
        Span<byte> copied = DrawSector(source);
        Span<byte> replaced = DrawSector(target);
        copied[..Math.Min(copied.Length, replaced.Length)].CopyTo(replaced);
    }

    /// <summary>The beginning of one file, with its header, and the rest of another.</summary>
    private byte[] Splice(byte[] beginning, byte[] rest)
    {
        int sectors = Math.Min(beginning.Length, rest.Length) / Layout.Sector;
        int at = sectors < 2 ? rest.Length : Layout.Sector * (1 + random.Next(sectors - 1));
        return [.. beginning.Take(at), .. rest.Skip(at)];
    }

    private void SetLengthField(Span<byte> sector)
    {
        int at = LengthFields[random.Next(LengthFields.Length)];
        if (sector.Length == Layout.Sector)
        {
            BinaryPrimitives.WriteInt32LittleEndian(sector[at..], (int)random.NextUInt64() >> random.Next(20));
        }
    }

    private Span<byte> DrawSector(byte[] bytes)
    {
        int sectors = bytes.Length / Layout.Sector;
        return sectors == 0 ? bytes : bytes.AsSpan(random.Next(sectors) * Layout.Sector, Layout.Sector);
    }

    private string DrawSegment(FolderImage folder)
    {
        string[] segments = [.. folder.Paths.Where(static path => path.EndsWith(".log", StringComparison.Ordinal))];
        return segments[random.Next(segments.Length)];
    }
}
