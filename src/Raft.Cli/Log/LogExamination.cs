using Raft.Storage.Files;

namespace Raft.Cli.Log;

/// <summary>
/// Reads all segments of a folder by the rules of <see cref="LogRecovery"/>, but continues after damage, so that it finds every problem and
/// all entries that can be read. Where it finds no damage, the recovery itself has the last word.
/// </summary>
internal sealed class LogExamination : IDisposable
{
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly SortedDictionary<long, SegmentReport> _segments = [];
    private readonly List<SegmentFile> _open = [];
    private readonly ScanBuffer _buffer = new();
    private bool _isAfterDamage;

    private LogExamination(IFileSystem files, string directory)
    {
        (_files, _directory) = (files, directory);
    }

    /// <summary>The store and its latest opening; null if the folder has no segment with a valid beginning.</summary>
    public StoreIdentity? Store { get; private set; }

    public string ClusterId { get; private set; } = "";

    public NodeId NodeId { get; private set; }

    /// <summary>What the node finds when it starts; what can be read, if there is damage.</summary>
    public LogContent Content { get; } = new();

    /// <summary>Where the entries are.</summary>
    public LogIndex Index { get; } = new();

    /// <summary>The files with the name of a segment, the oldest first.</summary>
    public IReadOnlyList<SegmentReport> Segments => [.. _segments.Values];

    public List<Problem> Problems { get; } = [];

    /// <summary>Reads and verifies the log.</summary>
    public static LogExamination Run(IFileSystem files, string directory, IReadOnlyList<string> names)
    {
        LogExamination examination = new(files, directory);
        try
        {
            examination.Run([.. names.Select(SegmentFile.NumberOf).OfType<long>().Order()]);
            return examination;
        }
        catch
        {
            examination.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _open.ForEach(static segment => segment.Release());

    private void Run(long[] numbers)
    {
        foreach (long number in numbers)
        {
            using IDiskFile file = _files.OpenRead(Path.Combine(_directory, SegmentFile.NameOf(number)));
            _segments[number] = new SegmentReport(SegmentFile.NameOf(number), file.Length);
        }

        if (FindLast(numbers) is not { } last)
        {
            return;
        }

        (Store, ClusterId, NodeId) = (last.Header!.Store, last.Header.ClusterId, last.Header.NodeId);
        ReadChain(FindChain(last));
        if (Problems.TrueForAll(static problem => problem.Code == ExitCode.Torn))
        {
            Confirm();
        }
    }

    /// <summary>The last file with a valid beginning. What comes after it was prepared for later, or is damaged.</summary>
    private SegmentCandidate? FindLast(long[] numbers)
    {
        long? orphan = null;
        foreach (long number in numbers.Reverse())
        {
            if (Open(number) is not { } candidate)
            {
                return null;
            }

            if (candidate.IsCut)
            {
                Report(number, candidate.File.Length, null, "the file ends there, and was longer when the log was written into it.");
            }

            if (candidate.First is not null)
            {
                return candidate;
            }

            orphan ??= candidate.StatesPrevious ? number : null;
            _segments[number].Use = SegmentUse.Prepared;
            if (candidate.FindLaterGroup(_buffer) is { } later)
            {
                _segments[number].Use = SegmentUse.Damaged;
                Report(number, 0, null, $"its beginning is not valid, and the group at {later} proves that it was synced.");
            }
        }

        if (orphan is { } first && Problems.Count == 0)
        {
            _segments[first].Use = SegmentUse.Damaged;
            Report(first, 0, null, "its beginning is not valid, and no segment is left that came before it.");
        }

        return null;
    }

    /// <summary>The segments from the last one back to where the log starts.</summary>
    private Stack<SegmentCandidate> FindChain(SegmentCandidate last)
    {
        Stack<SegmentCandidate> chain = new([last]);
        long startIndex = StartIndexAfter(last);
        while (chain.Peek() is { First: { } first, Header.Previous: { } end } && first.FirstIndex - 1 > startIndex)
        {
            if (!_segments.ContainsKey(end.Number))
            {
                Report(
                    end.Number, null, startIndex + 1,
                    $"it is missing: the log starts after {startIndex}, and entries up to {first.FirstIndex - 1} were in it.");
                break;
            }

            if (Open(end.Number) is not { } candidate)
            {
                break;
            }

            if (candidate.First is null)
            {
                _segments[end.Number].Use = SegmentUse.Damaged;
                Report(end.Number, candidate.FirstAt, null, "its beginning is not valid, and a later segment proves that it was synced.");
            }

            RequireSameOwner(candidate);
            chain.Push(candidate);
        }

        return chain;
    }

    private long StartIndexAfter(SegmentCandidate last)
    {
        GroupScanner scanner = ScannerOf(last, last.File.Length);
        long startIndex = 0;
        while (scanner.TryNext(out Group group))
        {
            startIndex = group.Head.StartIndex;
        }

        return startIndex;
    }

    private void RequireSameOwner(SegmentCandidate candidate)
    {
        if (candidate.Header is { } header
            && (header.NodeId != NodeId || header.ClusterId != ClusterId || header.Store.Id != Store!.Id))
        {
            Report(
                candidate.Number, 0, null,
                $"it belongs to node '{header.NodeId}' of cluster '{header.ClusterId}', store {header.Store.Id}, not to the owner of the "
                    + "last segment.");
        }
    }

    private void ReadChain(Stack<SegmentCandidate> chain)
    {
        bool isFirst = true;
        while (chain.TryPop(out SegmentCandidate? candidate))
        {
            if (candidate.Header is null)
            {
                _isAfterDamage = true;
                continue;
            }

            if (candidate.First is { } first)
            {
                _segments[candidate.Number].Use = SegmentUse.InLog;
                if (isFirst)
                {
                    Content.BeginWith(in first);
                    isFirst = false;
                }
            }

            Read(candidate, chain.TryPeek(out SegmentCandidate? following) ? following.Header?.Previous : null);
        }
    }

    /// <summary>Reads the groups of a segment.</summary>
    /// <param name="candidate">The segment.</param>
    /// <param name="end">Where its synced part ends, as the next segment states; null for the last segment.</param>
    private void Read(SegmentCandidate candidate, SegmentEnd? end)
    {
        SegmentFile segment = new(candidate.Path, candidate.Number, candidate.Header!.Store.Opening, candidate.File);
        SegmentReport report = _segments[candidate.Number];
        report.Opening = segment.Opening;
        GroupScanner scanner = ScannerOf(candidate, end?.Offset ?? candidate.File.Length);
        bool hasMore = true;
        while (hasMore)
        {
            while (scanner.TryNext(out Group group))
            {
                Add(segment, report, in group);
            }

            long at = scanner.Position;
            bool isAtZeros = scanner.IsAtZeros();
            bool isAtEnd = end is { } stated && at == stated.Offset;
            if (isAtEnd && scanner.Checksum != end!.Value.Checksum)
            {
                Report(
                    segment.Number, at, Content.LastIndex + 1,
                    "the group before it is not the one that the next segment names as its predecessor.");
            }

            long? later = isAtEnd ? null : scanner.Find();
            if (later is { } proof)
            {
                Report(segment.Number, at, Content.LastIndex + 1, proof == at
                    ? "the group there does not follow the one before it."
                    : $"no valid group is there, and the one at {proof} proves that it was synced.");
                scanner = ScannerFrom(candidate, proof, end?.Offset ?? candidate.File.Length);
            }
            else if (end is not null && !isAtEnd)
            {
                Report(
                    segment.Number, at, Content.LastIndex + 1,
                    "a group is not valid that was synced before the next segment was written.");
            }
            else if (end is null && !isAtZeros)
            {
                Problems.Add(new Problem(
                    ExitCode.Torn, report.File, at, Content.LastIndex + 1,
                    "an incomplete write, as a crash leaves it. Nothing in it was reported as durable. The next opening cuts it off."));
            }

            hasMore = later is not null;
        }
    }

    private void Add(SegmentFile segment, SegmentReport report, in Group group)
    {
        GroupHead head = group.Head;
        if (!Content.Apply(in head, group.ReadHardState()))
        {
            if (!_isAfterDamage)
            {
                Report(
                    segment.Number, head.Offset, head.FirstIndex,
                    $"its entries come after a gap: the log ended at {Content.LastIndex}.");
            }

            Content.BeginWith(in head);
            Content.Apply(in head, group.ReadHardState());
        }

        _isAfterDamage = false;
        group.AddTermsTo(Content);
        Index.Add(segment, in head);
        Index.DropThrough(head.StartIndex);
        report.Groups++;
        if (head.Count > 0)
        {
            report.First = report.First == 0 ? head.FirstIndex : Math.Min(report.First, head.FirstIndex);
            report.Last = Math.Max(report.Last, head.LastIndex);
        }
    }

    /// <summary>Asks the recovery, which decides whether the node can start.</summary>
    private void Confirm()
    {
        try
        {
            new LogRecovery(_files, _directory, ClusterId, NodeId).Recover().Close();
        }
        catch (StorageCorruptedException exception)
        {
            Problems.Add(new Problem(ExitCode.Corrupted, Segments[^1].File, null, null, exception.Message));
        }
    }

    /// <summary>Opens the file of a segment.</summary>
    /// <returns>Null if a newer version has written it.</returns>
    private SegmentCandidate? Open(long number)
    {
        try
        {
            SegmentCandidate candidate = SegmentCandidate.Read(_files, _directory, number, _buffer);
            _open.Add(new SegmentFile(candidate.Path, number, opening: 0, candidate.File)); // closes it
            return candidate;
        }
        catch (StorageCorruptedException exception)
        {
            Problems.Add(new Problem(ExitCode.NewerFormat, SegmentFile.NameOf(number), 0, null, exception.Message));
            return null;
        }
    }

    private GroupScanner ScannerOf(SegmentCandidate candidate, long end) => new(_buffer, candidate.File, candidate.Header!, end);

    /// <summary>Reads on from a group that was found after damage.</summary>
    private GroupScanner ScannerFrom(SegmentCandidate candidate, long offset, long end)
    {
        _isAfterDamage = true;
        byte[] bytes = new byte[GroupHead.Size];
        candidate.File.Read(offset, bytes);
        GroupHead.TryRead(bytes, candidate.Number, offset, out GroupHead head);
        return new GroupScanner(_buffer, candidate.File, candidate.Number, head.Opening, head.PreviousChecksum, offset, end);
    }

    private void Report(long number, long? offset, long? index, string text) =>
        Problems.Add(new Problem(ExitCode.Corrupted, SegmentFile.NameOf(number), offset, index, text));
}
