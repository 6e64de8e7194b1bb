using System.Buffers.Binary;
using System.Net.Sockets;
using Raft.Benchmarks.BareFlow;
using Raft.Benchmarks.Contenders;

namespace Raft.Benchmarks.FramedFlow;

/// <summary>
/// Takes proposals in batches, writes each batch as one frame to two followers, and completes its proposals once one of the two has
/// acknowledged it.
/// </summary>
internal sealed class FramedLeader(Socket[] followers) : IThreadPoolWorkItem
{
    private const int Mask = FramedLog.Capacity - 1;

    private readonly Lock _lock = new();
    private readonly BareResumePool _resumes = new();
    private readonly BareCaller[] _waiting = new BareCaller[FramedLog.Capacity]; // by index, until committed
    private readonly long[] _reported = new long[followers.Length]; // what the followers have acknowledged, as of now
    private readonly long[] _acknowledged = new long[followers.Length]; // and as of the last drain
    private readonly FramedBatch _batch = new();
    private List<BareCaller> _filling = [];
    private List<BareCaller> _drained = [];
    private CommandFold _fold;
    private long _commitIndex;
    private bool _isScheduled;

    public FramedLog Log { get; } = new();

    /// <summary>Reads the acknowledgements of all followers, until the connections are closed.</summary>
    public Task ReadAcknowledgementsAsync() => Task.WhenAll(followers.Select(ReadAcknowledgementsAsync));

    public ValueTask<long> ProposeAsync(byte[] payload)
    {
        BareCaller caller = BareCaller.Rent(payload);
        ValueTask<long> result = caller.Task;
        bool schedules;
        lock (_lock)
        {
            _filling.Add(caller);
            schedules = !_isScheduled;
            _isScheduled = true;
        }

        if (schedules)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        }

        return result;
    }

    public void Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        lock (_lock)
        {
            _reported.CopyTo(_acknowledged);
            if (HasRoom)
            {
                (_filling, _drained) = (_drained, _filling);
            }
        }

        AdvanceCommitIndex();
        Append();
        if (!_batch.IsEmpty)
        {
            ReadOnlyMemory<byte> frame = _batch.GetFrame();
            foreach (Socket follower in followers)
            {
                await SendAsync(follower, frame).ConfigureAwait(false);
            }

            _batch.Clear();
        }

        lock (_lock)
        {
            if (!HasWork)
            {
                _isScheduled = false;
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    /// <summary>Whether the ring takes what waits without losing an entry that a follower has not acknowledged.</summary>
    private bool HasRoom => Log.LastIndex + _filling.Count - _acknowledged.Min() <= FramedLog.Capacity;

    private bool HasWork => (_filling.Count > 0 && HasRoom) || !_reported.AsSpan().SequenceEqual(_acknowledged);

    private static async ValueTask SendAsync(Socket follower, ReadOnlyMemory<byte> rest)
    {
        while (rest.Length > 0)
        {
            rest = rest[await follower.SendAsync(rest, SocketFlags.None).ConfigureAwait(false)..];
        }
    }

    private async Task ReadAcknowledgementsAsync(Socket socket, int follower)
    {
        byte[] buffer = new byte[sizeof(long) * 64];
        int filled = 0;
        while (true)
        {
            int count = await socket.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None).ConfigureAwait(false);
            if (count == 0)
            {
                return;
            }

            filled += count;
            int whole = filled / sizeof(long) * sizeof(long);
            if (whole > 0)
            {
                Acknowledge(follower, BinaryPrimitives.ReadInt64LittleEndian(buffer.AsSpan(whole - sizeof(long))));
                buffer.AsSpan(whole, filled - whole).CopyTo(buffer);
                filled -= whole;
            }
        }
    }

    private void Acknowledge(int follower, long index)
    {
        lock (_lock)
        {
            _reported[follower] = index;
            if (_isScheduled)
            {
                return;
            }

            _isScheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    private void Append()
    {
        foreach (BareCaller caller in _drained)
        {
            byte[] payload = caller.Payload!;
            Log.Append(payload);
            _batch.Add(payload);
            _waiting[Log.LastIndex & Mask] = caller;
        }

        _drained.Clear();
    }

    /// <summary>Two of three hold it: the leader itself, and the quicker of the followers.</summary>
    private void AdvanceCommitIndex()
    {
        long committed = _acknowledged.Max();
        if (committed == _commitIndex)
        {
            return;
        }

        BareResume resume = _resumes.Rent();
        for (long index = _commitIndex + 1; index <= committed; index++)
        {
            ref BareCaller caller = ref _waiting[index & Mask];
            _fold.Add(caller.Payload);
            caller.Complete(index);
            resume.Add(caller);
            caller = null!;
        }

        _commitIndex = committed;
        resume.Start();
    }
}
