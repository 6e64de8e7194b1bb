using System.Globalization;
using Raft.Storage.Files.Tests.Simulated;

namespace Raft.Storage.Files.Tests.Damage;

/// <summary>Where a group is.</summary>
/// <param name="Path">The segment.</param>
/// <param name="Start">Its offset; 0 for the first group of a segment, which is written with the header.</param>
/// <param name="End">The offset after its last byte, without what fills its last sector.</param>
/// <param name="Bytes">Its bytes, with the header.</param>
internal sealed record RecordedGroup(string Path, int Start, int End, byte[] Bytes)
{
    /// <summary>The group that was written last.</summary>
    public static RecordedGroup LastWritten(MemoryFileSystem files)
    {
        string[] words = files.Operations.Last(static operation => operation.StartsWith("write ", StringComparison.Ordinal)).Split(' ');
        int start = int.Parse(words[2].Split('+')[0], CultureInfo.InvariantCulture);
        byte[] file = files.ReadAllBytes(words[1]);
        int head = start > 0 ? start : SegmentHeader.SizeFor(RecordedLog.ClusterId, RecordedLog.NodeId);
        long number = SegmentFile.NumberOf(System.IO.Path.GetFileName(words[1]))!.Value;
        Assert.True(GroupHead.TryRead(file.AsSpan(head), number, head, out GroupHead group));
        int end = head + group.Length;
        return new RecordedGroup(words[1], start, end, file[start..end]);
    }

    /// <summary>Whether a disk holds exactly the bytes that were written.</summary>
    public bool IsIntact(FolderImage image) =>
        image[Path] is { } file && file.Length >= End && file.AsSpan(Start..End).SequenceEqual(Bytes);
}
