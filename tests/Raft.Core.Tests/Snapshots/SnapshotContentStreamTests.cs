namespace Raft.Core.Tests.Snapshots;

public sealed class SnapshotContentStreamTests : IDisposable
{
    private readonly TestSnapshot _snapshot = new(5, stateLength: 100);
    private readonly MemoryStream _content;
    private readonly SnapshotContentStream _stream;

    public SnapshotContentStreamTests()
    {
        _content = new MemoryStream(_snapshot.Content);
        _stream = new SnapshotContentStream(_content, _snapshot.Content.Length);
    }

    public void Dispose()
    {
        _stream.Dispose();
        _content.Dispose();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CopyTo_GivesTheStateWithoutTheChecksum()
    {
        using MemoryStream copy = new();
        await _stream.CopyToAsync(copy, Token);

        Assert.Equal(_snapshot.State, copy.ToArray());
        Assert.Equal(100, _stream.Length);
        Assert.Equal(100, _stream.Position);
        Assert.Equal(-1, _stream.ReadByte());
    }

    [Fact]
    public async Task Read_InAnyWay_EndsWhereTheStateEnds()
    {
        byte[] buffer = new byte[200];
        _stream.Position = 95;
        Assert.Equal(5, _stream.Read(buffer, 0, 200));
        _stream.Position = 95;
        Assert.Equal(5, _stream.Read(buffer.AsSpan()));
        _stream.Position = 95;
        Assert.Equal(5, await _stream.ReadAsync(buffer, Token));
        Assert.Equal(0, await _stream.ReadAsync(buffer, Token));
        _stream.Position = 110; // within the checksum
        Assert.Equal(0, await _stream.ReadAsync(buffer, Token));
        _stream.Position = 90;
        await Assert.ThrowsAsync<EndOfStreamException>(async () => await _stream.ReadExactlyAsync(buffer.AsMemory(0, 11), Token));
    }

    [Fact]
    public void Seek_UsesTheLengthOfTheState()
    {
        Assert.Equal(98, _stream.Seek(-2, SeekOrigin.End));
        Assert.Equal(_snapshot.State[98], _stream.ReadByte());
        Assert.Equal(50, _stream.Seek(-49, SeekOrigin.Current));
        Assert.Equal(7, _stream.Seek(7, SeekOrigin.Begin));
        Assert.Equal(_snapshot.State[7], _stream.ReadByte());
        Assert.Throws<ArgumentOutOfRangeException>(() => _stream.Seek(-1, SeekOrigin.Begin));
    }

    [Fact]
    public void Write_IsNotSupported()
    {
        Assert.False(_stream.CanWrite);
        Assert.Throws<NotSupportedException>(() => _stream.WriteByte(0));
        Assert.Throws<NotSupportedException>(() => _stream.SetLength(0));
    }

    [Fact]
    public void Dispose_LeavesTheContentOpen()
    {
        _stream.Dispose(); // a reader that a state machine puts around it does that
        Assert.True(_content.CanRead);
    }
}
