using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Raft.SimulationRuns;

/// <summary>Shows how far it is: a bar on a terminal, and an occasional line where the output goes to a file.</summary>
internal sealed class Progress(int total, Totals totals)
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10);

    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();
    private ProgressTask? _bar;

    /// <summary>Runs something, and shows its progress meanwhile.</summary>
    public void Show(Action work)
    {
        if (Console.IsOutputRedirected || total == 0)
        {
            work();
            return;
        }

        AnsiConsole.Progress()
            .Columns(
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new ElapsedTimeColumn(),
                new RemainingTimeColumn())
            .Start(context =>
            {
                _bar = context.AddTask("simulating", maxValue: total);
                work();
            });
    }

    /// <summary>One more is done; one call at a time.</summary>
    public void Advance()
    {
        if (_bar is { } bar)
        {
            bar.Description = string.Create(CultureInfo.InvariantCulture, $"{totals.Simulations} of {total}, {totals.Commits} commits, "
                + $"{totals.ViolationCount} violations");
            bar.Increment(1);
        }
        else if (_sinceLine.Elapsed >= BetweenLines)
        {
            _sinceLine.Restart();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{totals.Simulations} of {total} simulations, {totals.Commits} commits, "
                    + $"{totals.ViolationCount} violations"));
        }
    }
}
