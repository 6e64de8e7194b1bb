namespace Raft.Testing;

/// <summary>One check of a snapshot store.</summary>
internal sealed class SnapshotStoreTrial(ContractClause clause, SnapshotStoreSubject subject)
    : ContractTrial(nameof(SnapshotStoreContract), clause, subject), IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _opened = [];
    private ISnapshotStore? _store;

    public SnapshotStoreSubject Subject { get; } = subject;

    public ISnapshotStore Store => _store ??= Subject.CreateStore();

    /// <summary>Makes another store over what the disk holds.</summary>
    public void Reopen()
    {
        Note("made another store over the same disk");
        _store = Subject.CreateStore();
    }

    /// <summary>Loses the power.</summary>
    public void Crash(SeededRandom random)
    {
        Note("lost the power");
        _opened.Clear(); // none of them is used any more
        Subject.Crash(random);
        _store = Subject.CreateStore();
    }

    public async Task<ISnapshotWriter> CreateAsync(ContractSnapshot snapshot)
    {
        ISnapshotWriter writer = await CallAsync(
            $"began {snapshot}",
            () => Store.CreateAsync(snapshot.Index, snapshot.Term, snapshot.Header, CancellationToken.None)).ConfigureAwait(false);
        _opened.Add(writer);
        return writer;
    }

    /// <summary>Writes content that was not written yet, in pieces.</summary>
    public async Task WriteAsync(ISnapshotWriter writer, ReadOnlyMemory<byte> content, int pieceSize = 10_000)
    {
        for (int start = 0; start < content.Length; start += pieceSize)
        {
            ReadOnlyMemory<byte> piece = content.Slice(start, Math.Min(pieceSize, content.Length - start));
            await CallAsync($"wrote {piece.Length} bytes", () => writer.Stream.WriteAsync(piece).AsTask()).ConfigureAwait(false);
        }
    }

    public async Task<SnapshotInfo> CommitAsync(ISnapshotWriter writer, ContractSnapshot snapshot)
    {
        SnapshotInfo info = await CallAsync(
            $"committed the snapshot up to index {snapshot.Index}", () => writer.CommitAsync(CancellationToken.None)).ConfigureAwait(false);
        RequireInfo(info, snapshot);
        return info;
    }

    public Task DisposeAsync(ISnapshotWriter writer)
    {
        _opened.Remove(writer);
        return CallAsync("disposed the writer", () => writer.DisposeAsync().AsTask());
    }

    /// <summary>Writes a whole snapshot.</summary>
    public async Task<SnapshotInfo> StoreAsync(ContractSnapshot snapshot)
    {
        ISnapshotWriter writer = await CreateAsync(snapshot).ConfigureAwait(false);
        await WriteAsync(writer, snapshot.Content).ConfigureAwait(false);
        SnapshotInfo info = await CommitAsync(writer, snapshot).ConfigureAwait(false);
        await DisposeAsync(writer).ConfigureAwait(false);
        return info;
    }

    public Task<SnapshotInfo?> FindAsync() =>
        CallAsync("looked for the latest snapshot", () => Store.FindLatestAsync(CancellationToken.None));

    public async Task<Stream> OpenAsync(SnapshotInfo info)
    {
        Stream stream = await CallAsync(
            $"opened the snapshot up to index {info.LastIncludedIndex}",
            () => Store.OpenReadAsync(info, CancellationToken.None)).ConfigureAwait(false);
        _opened.Add(stream);
        return stream;
    }

    /// <summary>Reads so many bytes, or less at the end.</summary>
    public async Task<byte[]> ReadAsync(Stream stream, int count)
    {
        byte[] bytes = new byte[count];
        int read = await CallAsync(
            $"read {count} bytes", () => stream.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false)).ConfigureAwait(false);
        return bytes[..read];
    }

    public Task CloseAsync(Stream stream)
    {
        _opened.Remove(stream);
        return CallAsync("closed it", () => stream.DisposeAsync().AsTask());
    }

    /// <summary>The latest snapshot must be this one; null for none.</summary>
    public async Task RequireLatestAsync(ContractSnapshot? expected)
    {
        SnapshotInfo? found = await FindAsync().ConfigureAwait(false);
        if (expected is null)
        {
            Require(found is null, $"A snapshot up to index {found?.LastIncludedIndex} was found, where none was committed.");
            return;
        }

        Require(found is not null, $"None was found, though {expected} was committed.");
        RequireInfo(found!.Value, expected);
        Stream stream = await OpenAsync(found.Value).ConfigureAwait(false);
        await RequireContentAsync(stream, expected).ConfigureAwait(false);
        await CloseAsync(stream).ConfigureAwait(false);
    }

    /// <summary>What is read from here on must be the content of a snapshot, from a byte on.</summary>
    public async Task RequireContentAsync(Stream stream, ContractSnapshot expected, int from = 0)
    {
        byte[] content = await ReadAsync(stream, expected.Content.Length - from + 1).ConfigureAwait(false);
        RequireBytes(content, expected.Content.AsSpan(from), $"the content of the snapshot up to index {expected.Index}, from byte {from} "
            + "on");
    }

    public void RequireInfo(SnapshotInfo info, ContractSnapshot expected)
    {
        Require(
            info.LastIncludedIndex == expected.Index && info.LastIncludedTerm == expected.Term && info.Length == expected.Content.Length,
            $"It is said to go up to index {info.LastIncludedIndex} of term {info.LastIncludedTerm} and to have {info.Length} bytes. It "
                + $"should be {expected}.");
        RequireBytes(info.Header.Span, expected.Header, $"the header of the snapshot up to index {expected.Index}");
    }

    public void RequireBytes(ReadOnlySpan<byte> actual, ReadOnlySpan<byte> expected, string what)
    {
        int same = actual.CommonPrefixLength(expected);
        Require(
            same == expected.Length && same == actual.Length,
            $"Of {what}, {actual.Length} bytes were read where there are {expected.Length}; the first {same} are as they were written.");
    }

    /// <summary>Closes what a clause has left open, so that the subject can delete its files.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable opened in _opened)
        {
            await CallAsync("closed what was open", () => opened.DisposeAsync().AsTask()).ConfigureAwait(false);
        }
    }
}
