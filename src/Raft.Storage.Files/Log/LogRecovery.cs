using System.Globalization;

namespace Raft.Storage.Files;

/// <summary>
/// Reads the segments of a folder, and decides for everything that is not valid whether it is a write that a crash has torn, which is cut
/// off, or damage, which is refused. Changes nothing.
/// </summary>
internal sealed class LogRecovery(IFileSystem files, string directory, string clusterId, NodeId nodeId)
{
    private readonly RecoveredLog _log = new();
    private readonly List<SegmentCandidate> _read = [];
    private readonly ScanBuffer _buffer = new();
    private GroupHead _lastGroup; // the last valid one

    /// <summary>Reads the folder.</summary>
    /// <exception cref="StorageCorruptedException">
    /// It belongs to another node or cluster, a newer version has written it, or durable data is missing or damaged.
    /// </exception>
    public RecoveredLog Recover()
    {
        IReadOnlyList<string> names = files.List(directory);
        long[] numbers = [.. names.Select(SegmentFile.NumberOf).OfType<long>().Order()];
        try
        {
            Stack<SegmentCandidate> chain = FindChain(numbers);
            if (chain.Count == 0)
            {
                RequireNoEarlierLog(names);
            }

            ReadChain(chain);
        }
        catch
        {
            _read.ForEach(static candidate => candidate.File.Dispose());
            throw;
        }

        HashSet<string> kept = [.. _log.Segments.Select(static segment => segment.Path)];
        string next = PathOf(_log.NextNumber);
        _log.Obsolete.AddRange(numbers.Select(PathOf).Where(path => !kept.Contains(path) && path != next));
        return _log;
    }

    /// <summary>
    /// The segments of the log: the last valid one, and those before it as far back as the log goes. Earlier ones were dropped. If a folder
    /// could not be synced when they were, their names may be there still, and lead to a file that is in use under another name.
    /// </summary>
    private Stack<SegmentCandidate> FindChain(long[] numbers)
    {
        Stack<SegmentCandidate> chain = new();
        if (FindLast(numbers) is not { } last)
        {
            return chain;
        }

        _log.Store = last.Header!.Store;
        _log.NextNumber = last.Number + 1;
        chain.Push(last);
        _lastGroup = FindLastGroup(last);
        long startIndex = _lastGroup.StartIndex;
        SegmentEnd? previous = last.Header.Previous;
        while (chain.Peek().First!.Value.FirstIndex - 1 > startIndex && previous is { } end && numbers.Contains(end.Number))
        {
            SegmentCandidate candidate = Read(end.Number);
            chain.Push(candidate);
            if (candidate.Header is null || candidate.First is null)
            {
                throw Damaged(candidate, candidate.FirstAt, "its beginning is not valid, and a later segment proves that it was synced");
            }

            RequireOwner(candidate);
            previous = candidate.Header.Previous;
        }

        return chain;
    }

    /// <summary>The head of the last valid group of a segment, which has at least one.</summary>
    private GroupHead FindLastGroup(SegmentCandidate candidate)
    {
        GroupScanner scanner = new(_buffer, candidate.File, candidate.Header!, candidate.File.Length);
        GroupHead last = candidate.First!.Value;
        while (scanner.TryNext(out Group group))
        {
            last = group.Head;
        }

        return last;
    }

    private SegmentCandidate? FindLast(long[] numbers)
    {
        SegmentCandidate? orphan = null;
        foreach (long number in numbers.Reverse())
        {
            SegmentCandidate candidate = Read(number);
            if (candidate.IsCut)
            {
                throw Damaged(candidate, candidate.File.Length, "the file ends there, and was longer when the log was written into it");
            }

            if (candidate.First is not null)
            {
                RequireOwner(candidate);
                return candidate;
            }

            long? later = candidate.FindLaterGroup(_buffer);
            candidate.File.Dispose();
            if (later is { } at)
            {
                throw Damaged(candidate, 0, $"its beginning is not valid, and the group at {at} proves that it was synced");
            }

            orphan ??= candidate.StatesPrevious ? candidate : null;
        }

        return orphan is null ? null : throw Damaged(orphan, 0, "its beginning is not valid, and no segment is left that came before it");
    }

    /// <summary>
    /// A folder without a segment may have a snapshot: a backup was loaded into it. But files that are made only after the first segment
    /// is durable show that there was a log.
    /// </summary>
    private void RequireNoEarlierLog(IReadOnlyList<string> names)
    {
        bool hasSnapshot = names.Any(static name => SnapshotName.TryParse(name, out _) || SnapshotName.TryParseRenamed(name, out _));
        if (hasSnapshot && names.FirstOrDefault(SegmentSupply.IsMadeAfterTheFirstSegment) is { } trace)
        {
            throw LogDamage.MissingLog(directory, trace);
        }
    }

    private void ReadChain(Stack<SegmentCandidate> chain)
    {
        bool isFirst = true;
        while (chain.TryPop(out SegmentCandidate? candidate))
        {
            GroupHead head = candidate.First!.Value;
            if (isFirst)
            {
                _log.Content.BeginWith(in head);
                isFirst = false;
            }

            SegmentFile segment = new(candidate.Path, candidate.Number, candidate.Header!.Store.Opening, candidate.File)
            {
                KeptFrom = head.FirstIndex - 1,
            };
            if (chain.TryPeek(out SegmentCandidate? following))
            {
                _log.Segments.Add(segment);
                ReadProven(candidate, segment, following.Header!.Previous!.Value);
            }
            else
            {
                ReadLast(candidate, segment);
            }
        }

        LogContent content = _log.Content;
        long startIndex = _log.Last?.Head.StartIndex ?? content.StartIndex;
        long keptFrom = Math.Min(content.KeptFrom, _log.Last is { } last ? last.Head.FirstIndex - 1 : long.MaxValue);
        if (startIndex < keptFrom)
        {
            throw LogDamage.MissingSegments(directory, startIndex, keptFrom);
        }
    }

    /// <summary>Reads a segment that a later one follows: everything up to the stated end was synced.</summary>
    private void ReadProven(SegmentCandidate candidate, SegmentFile segment, SegmentEnd end)
    {
        GroupScanner scanner = new(_buffer, candidate.File, candidate.Header!, end.Offset);
        while (scanner.TryNext(out Group group))
        {
            Add(candidate, segment, in group);
        }

        if (scanner.Position != end.Offset || scanner.Checksum != end.Checksum)
        {
            throw Damaged(candidate, scanner.Position, "a group is not valid that was synced before the next segment was written");
        }

        _log.End = end;
    }

    /// <summary>
    /// Reads the last segment. A group is proven to have been synced by the one after it; the last one is kept for being written again.
    /// </summary>
    private void ReadLast(SegmentCandidate candidate, SegmentFile segment)
    {
        GroupScanner scanner = new(_buffer, candidate.File, candidate.Header!, candidate.File.Length);
        bool hasProven = false;
        while (scanner.TryNext(out Group group))
        {
            if (group.Head.Offset == _lastGroup.Offset)
            {
                _log.Last = group.Copy();
                break;
            }

            Add(candidate, segment, in group);
            hasProven = true;
            _log.End = new SegmentEnd(candidate.Number, scanner.Position, scanner.Checksum);
        }

        if (hasProven)
        {
            _log.Segments.Add(segment);
        }

        long cutAt = scanner.Position;
        bool isTorn = !scanner.IsAtZeros();
        if (scanner.Find() is { } found)
        {
            throw Damaged(candidate, cutAt, found == cutAt
                ? "the group there does not follow the one before it"
                : $"no valid group is there, and the one at {found} proves that it was synced");
        }

        if (isTorn)
        {
            _log.Torn = string.Create(CultureInfo.InvariantCulture, $"'{candidate.Path}' at offset {cutAt}");
        }

        if (!hasProven)
        {
            segment.Release();
        }

        if (_log.Last is not { } last)
        {
            throw Damaged(candidate, cutAt, "the group there was valid a moment ago, so the disk does not always return the same bytes");
        }

        if (!_log.Content.CanFollow(last.Head))
        {
            throw Gap(candidate, last.Head);
        }
    }

    private void Add(SegmentCandidate candidate, SegmentFile segment, in Group group)
    {
        GroupHead head = group.Head;
        if (!_log.Content.Apply(in head, group.ReadHardState()))
        {
            throw Gap(candidate, in head);
        }

        group.AddTermsTo(_log.Content);
        _log.Index.Add(segment, in head);
        _log.Index.DropThrough(head.StartIndex);
    }

    private StorageCorruptedException Gap(SegmentCandidate candidate, in GroupHead head) =>
        Damaged(candidate, head.Offset, $"its entries begin at {head.FirstIndex}, after a gap");

    private SegmentCandidate Read(long number)
    {
        SegmentCandidate candidate = SegmentCandidate.Read(files, directory, number, _buffer);
        _read.Add(candidate);
        return candidate;
    }

    private void RequireOwner(SegmentCandidate candidate)
    {
        SegmentHeader header = candidate.Header!;
        if (header.NodeId != nodeId || header.ClusterId != clusterId)
        {
            throw new StorageCorruptedException(
                $"The folder '{directory}' belongs to node '{header.NodeId}' of cluster '{header.ClusterId}', not to node '{nodeId}' of "
                + $"cluster '{clusterId}'. Give each node a folder of its own.");
        }

        if (_log.Store is { } store && header.Store.Id != store.Id)
        {
            throw Damaged(candidate, 0, "it belongs to another store");
        }
    }

    private StorageCorruptedException Damaged(SegmentCandidate candidate, long offset, string reason) =>
        LogDamage.At(candidate.Path, offset, $"{reason}. The entries up to {_log.Content.LastIndex} were read");

    private string PathOf(long number) => Path.Combine(directory, SegmentFile.NameOf(number));
}
