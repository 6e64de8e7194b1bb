namespace Raft.Testing;

/// <summary>
/// Finds out which faults of a schedule it takes to break a rule: delta debugging (Zeller and Hildebrandt 2002, <c>ddmin</c>).
/// It leaves out ever smaller parts of the schedule, and keeps any part that still breaks the same rule.
/// </summary>
/// <param name="run">Runs a simulation.</param>
/// <param name="isTimeUp">Whether to stop with what there is.</param>
internal sealed class ScheduleShrinker(Func<SimulationOptions, SimulationReport> run, Func<bool> isTimeUp)
{
    /// <summary>How much longer than the violation the weather lasts; what comes after it shows nothing.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(100);

    private SimulationOptions _best = new();
    private SimulationReport? _report;
    private string _rule = string.Empty;
    private int _runs;

    public ShrunkSimulation Shrink(SimulationReport report, SimulationOptions options)
    {
        _rule = report.Violation!.Rule;
        _report = report;
        _best = options with { Faults = report.Faults };
        TryCutShort();
        bool isMinimal = TryWithoutAny() || MinimizeFaults();
        TryCutShort();
        return new ShrunkSimulation(_best, _report, _runs, isMinimal);
    }

    /// <summary>Many bugs need no fault at all, and then nothing else is worth a try.</summary>
    private bool TryWithoutAny() => _best.Faults!.Count == 0 || (!isTimeUp() && Try(_best with { Faults = [] }));

    /// <returns>Whether it got to the end: no single fault can be left out.</returns>
    private bool MinimizeFaults()
    {
        int parts = 2;
        while (_best.Faults!.Count > 1)
        {
            bool smaller = false;
            int count = _best.Faults.Count;
            for (int part = 0; part < parts && !smaller; part++)
            {
                if (isTimeUp())
                {
                    return false;
                }

                int from = (int)((long)count * part / parts);
                int to = (int)((long)count * (part + 1) / parts);
                smaller = Try(_best with { Faults = [.. _best.Faults.Take(from), .. _best.Faults.Skip(to)] });
            }

            if (smaller)
            {
                parts = Math.Max(parts - 1, 2);
                TryCutShort();
            }
            else if (parts >= count)
            {
                return true;
            }
            else
            {
                parts = Math.Min(parts * 2, count);
            }
        }

        return true;
    }

    /// <summary>
    /// Ends the weather just after the violation, and drops the faults that would have come later. A violation after the weather
    /// needs the healing, and stays where it is.
    /// </summary>
    private void TryCutShort()
    {
        TimeSpan end = _report!.VirtualTime + Margin;
        if (end < _best.Duration && !isTimeUp())
        {
            Try(_best with { Duration = end, Faults = [.. _best.Faults!.Where(fault => fault.At <= end)] });
        }
    }

    private bool Try(SimulationOptions candidate)
    {
        _runs++;
        SimulationReport report = run(candidate);
        if (!string.Equals(report.Violation?.Rule, _rule, StringComparison.Ordinal))
        {
            return false;
        }

        _best = candidate;
        _report = report;
        return true;
    }
}
