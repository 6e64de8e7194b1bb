using System.Collections.Concurrent;

namespace Raft.Soak;

/// <summary>The violations found so far, and the facts that must stay consistent during the run. Safe to use from any thread.</summary>
internal sealed class Findings
{
    private const int MaximumPrinted = 20;

    private readonly ConcurrentDictionary<long, NodeId> _leaders = new();
    private int _count;
    private int _hanging;

    /// <summary>Everything that was reported, hanging calls included.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Calls that never ended.</summary>
    public int Hanging => Volatile.Read(ref _hanging);

    public void Report(string finding)
    {
        int number = Interlocked.Increment(ref _count);
        if (number <= MaximumPrinted)
        {
            Console.WriteLine($"violation: {finding}");
        }
        else if (number == MaximumPrinted + 1)
        {
            Console.WriteLine("violation: and more, which are counted but not printed");
        }
    }

    public void ReportHanging(int calls, string where)
    {
        Interlocked.Add(ref _hanging, calls);
        Report($"{calls} hanging: {where}");
    }

    /// <summary>Section 5.2, election safety: at most one leader can be elected in a given term.</summary>
    public void Led(long term, NodeId node)
    {
        NodeId first = _leaders.GetOrAdd(term, node);
        if (first != node)
        {
            Report($"two leaders in term {term}: {first} and {node}");
        }
    }

    /// <summary>How many terms had a leader.</summary>
    public int Terms => _leaders.Count;
}
