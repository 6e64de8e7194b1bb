using Raft.Testing;

namespace Raft.SimulationRuns;

/// <summary>
/// One direction of a simulated connection. Bytes arrive in their order, each after a while, unless the link is cut: then they wait. The
/// last thing to arrive is the end of the stream, or a reset.
/// </summary>
internal sealed class SimulatedPipe : IDisposable
{
    private readonly StreamWeather _weather;
    private readonly SimulatedWorld _world;
    private readonly IClockTimer _timer;
    private readonly Queue<Part> _parts = new();
    private int _offset; // in the first part
    private TimeSpan _lastArrival;

    public SimulatedPipe(SimulatedWorld world, StreamWeather weather, NodeId from, NodeId to)
    {
        (_world, _weather, From, To) = (world, weather, from, to);
        _timer = world.Clock.CreateTimer(() => Arrived?.Invoke());
    }

    public NodeId From { get; }

    public NodeId To { get; }

    /// <summary>Called when something may have arrived.</summary>
    public Action? Arrived { get; set; }

    /// <summary>How many bytes are under way, or have arrived and were not read.</summary>
    public int Count { get; private set; }

    /// <summary>How many more bytes it takes.</summary>
    public int Room => Math.Max(0, _weather.Capacity - Count);

    /// <summary>Whether nothing is added any more.</summary>
    public bool IsEnded { get; private set; }

    private bool HasArrived =>
        _parts.TryPeek(out Part? first) && first.At <= _world.Clock.Now && _weather.Passes(From, To);

    /// <summary>Adds bytes.</summary>
    /// <param name="bytes">The bytes; copied.</param>
    /// <param name="canFlip">Whether the weather may invert one of their bits.</param>
    public void Add(ReadOnlySpan<byte> bytes, bool canFlip)
    {
        if (IsEnded || bytes.Length == 0)
        {
            return;
        }

        byte[] copy = bytes.ToArray();
        if (canFlip && _weather.DrawFlip())
        {
            copy[_weather.Random.Next(copy.Length)] ^= (byte)(1 << _weather.Random.Next(8));
            _world.Trace.Add(_world.Clock.Now, "flip a bit", From);
        }

        Count += copy.Length;
        Enqueue(new Part(copy, null, NextArrival(_weather.DrawStall())));
    }

    /// <summary>Nothing follows what is under way.</summary>
    public void End() => EndWith(static () => 0);

    /// <summary>The connection was reset: any part of what is under way arrives, and then the reset.</summary>
    public void Reset()
    {
        Truncate();
        EndWith(static () => throw new IOException("The connection was reset."));
    }

    /// <summary>The machine of the writer is gone: any part of what is under way arrives, and nothing more.</summary>
    public void Vanish() => Truncate();

    /// <summary>Takes what has arrived.</summary>
    /// <returns>Writes it to a buffer; null if nothing has arrived.</returns>
    public Func<int>? TryRead(Memory<byte> buffer)
    {
        if (!HasArrived)
        {
            SetTimer();
            return null;
        }

        Part part = _parts.Peek();
        if (part.Ending is { } ending)
        {
            return ending; // it stays: each further read ends in the same way
        }

        int count = Math.Min(buffer.Length, part.Bytes!.Length - _offset);
        if (count > 1 && _weather.Random.Chance(_weather.SplitRate))
        {
            count = 1 + _weather.Random.Next(Math.Min(count, 40));
        }

        ReadOnlyMemory<byte> taken = part.Bytes.AsMemory(_offset, count);
        Count -= count;
        _offset += count;
        if (_offset == part.Bytes.Length)
        {
            _parts.Dequeue();
            _offset = 0;
        }

        return () =>
        {
            taken.CopyTo(buffer);
            return count;
        };
    }

    /// <summary>The reader has closed its end: what was under way is lost.</summary>
    public void Dispose()
    {
        IsEnded = true;
        _parts.Clear();
        Count = 0;
        _timer.Dispose();
    }

    private void EndWith(Func<int> ending)
    {
        if (!IsEnded)
        {
            IsEnded = true;
            Enqueue(new Part(null, ending, NextArrival(TimeSpan.Zero)));
        }
    }

    private void Enqueue(Part part)
    {
        _parts.Enqueue(part);
        SetTimer();
    }

    private TimeSpan NextArrival(TimeSpan stall)
    {
        TimeSpan arrival = _world.Clock.Now + _weather.DrawDelay() + stall;
        return _lastArrival = arrival > _lastArrival ? arrival : _lastArrival;
    }

    private void SetTimer()
    {
        if (_parts.TryPeek(out Part? first) && first.At > _world.Clock.Now)
        {
            _timer.Set(first.At);
        }
        else if (first is not null && _weather.Passes(From, To))
        {
            _timer.Set(_world.Clock.Now);
        }
    }

    /// <summary>Drops any number of the last bytes.</summary>
    private void Truncate()
    {
        if (IsEnded)
        {
            return;
        }

        int kept = _weather.Random.Next(Count + 1);
        Part[] parts = [.. _parts];
        _parts.Clear();
        Count = 0;
        for (int i = 0; i < parts.Length && Count < kept; i++)
        {
            byte[] bytes = i == 0 ? parts[i].Bytes![_offset..] : parts[i].Bytes!;
            byte[] prefix = bytes[..Math.Min(bytes.Length, kept - Count)];
            _parts.Enqueue(parts[i] with { Bytes = prefix });
            Count += prefix.Length;
        }

        _offset = 0;
    }

    /// <summary>Bytes, or the end.</summary>
    private sealed record Part(byte[]? Bytes, Func<int>? Ending, TimeSpan At);
}
