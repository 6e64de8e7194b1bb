using System.Diagnostics;

namespace Raft.Chaos;

/// <summary>What was found to be wrong. The first one ends the run.</summary>
internal sealed class Findings : IDisposable
{
    private const int MostKept = 50;

    private readonly Lock _lock = new();
    private readonly List<string> _kept = [];
    private readonly CancellationTokenSource _any = new();
    private readonly Stopwatch _elapsed = new();

    /// <summary>Cancelled by the first finding.</summary>
    public CancellationToken Any => _any.Token;

    public int Count { get; private set; }

    /// <summary>When the first one was found, since <see cref="Begin"/>; null if there is none.</summary>
    public TimeSpan? First { get; private set; }

    /// <summary>The first ones.</summary>
    public IReadOnlyList<string> Kept
    {
        get
        {
            lock (_lock)
            {
                return [.. _kept];
            }
        }
    }

    /// <summary>Faults begin to strike.</summary>
    public void Begin() => _elapsed.Start();

    public void Report(string finding)
    {
        lock (_lock)
        {
            Count++;
            First ??= _elapsed.Elapsed;
            if (_kept.Count < MostKept)
            {
                _kept.Add(finding);
                Console.WriteLine($"VIOLATION: {finding}");
            }
        }

        _any.Cancel();
    }

    public void Dispose() => _any.Dispose();
}
