namespace Raft.Transport.Tcp.Tests.Security;

/// <summary>What lies between TLS and a connection: several records share one call.</summary>
public sealed class ConnectionBytesTests : IDisposable
{
    private readonly RecordingStream _connection = new();

    public void Dispose() => _connection.Dispose();

    [Fact]
    public async Task Write_NotFlushed_IsHeldBack()
    {
        ConnectionBytes bytes = new(_connection);

        await bytes.WriteAsync(new byte[100], TestContext.Current.CancellationToken);

        Assert.Empty(_connection.Written);
    }

    [Fact]
    public async Task Flush_AfterSeveralWrites_WritesThemWithOneCall()
    {
        ConnectionBytes bytes = new(_connection);
        await bytes.WriteAsync(new byte[] { 1, 2 }, TestContext.Current.CancellationToken);
        await bytes.WriteAsync(new byte[] { 3 }, TestContext.Current.CancellationToken);

        await bytes.FlushAsync(TestContext.Current.CancellationToken);
        await bytes.FlushAsync(TestContext.Current.CancellationToken);

        Assert.Equal([[1, 2, 3]], _connection.Written);
    }

    [Theory]
    [InlineData(ConnectionBytes.BufferSize, 2)]
    [InlineData(ConnectionBytes.BufferSize + 1, 2)]
    [InlineData(ConnectionBytes.BufferSize - 2, 1)]
    public async Task Write_FillsTheBuffer_KeepsTheOrder(int length, int calls)
    {
        ConnectionBytes bytes = new(_connection);
        byte[] content = [.. Enumerable.Range(0, length + 2).Select(static position => (byte)(position % 251))];

        await bytes.WriteAsync(content.AsMemory(0, 2), TestContext.Current.CancellationToken);
        await bytes.WriteAsync(content.AsMemory(2), TestContext.Current.CancellationToken);
        await bytes.FlushAsync(TestContext.Current.CancellationToken);

        Assert.Equal(calls, _connection.Written.Count);
        Assert.Equal(content, _connection.Written.SelectMany(static each => each));
    }

    [Fact]
    public async Task Read_SmallPieces_AreServedByOneCall()
    {
        ConnectionBytes bytes = new(_connection);
        _connection.Incoming.Enqueue([1, 2, 3, 4, 5]);
        byte[] target = new byte[2];

        List<byte> read = [];
        for (int count; (count = await bytes.ReadAsync(target, TestContext.Current.CancellationToken)) > 0;)
        {
            read.AddRange(target[..count]);
        }

        Assert.Equal([1, 2, 3, 4, 5], read);
        Assert.Equal(2, _connection.Reads); // the second one finds the end
    }

    /// <summary>Keeps what is written, and returns what is queued and then the end.</summary>
    private sealed class RecordingStream : IConnectionStream
    {
        public List<byte[]> Written { get; } = [];

        public Queue<byte[]> Incoming { get; } = [];

        public int Reads { get; private set; }

        public string RemoteAddress => "test";

        public ValueTask<int> ReadAsync(Memory<byte> buffer)
        {
            Reads++;
            if (!Incoming.TryDequeue(out byte[]? next))
            {
                return new ValueTask<int>(0);
            }

            next.CopyTo(buffer);
            return new ValueTask<int>(next.Length);
        }

        public ValueTask WriteAsync(IReadOnlyList<ArraySegment<byte>> segments)
        {
            Written.Add([.. segments.SelectMany(static each => each)]);
            return ValueTask.CompletedTask;
        }

        public void CompleteWrites()
        {
        }

        public void Dispose()
        {
        }
    }
}
