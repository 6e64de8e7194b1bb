using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Raft.Benchmarks;

/// <summary>Shows how far it is: a bar on a terminal, and a line for each step where the output goes to a file.</summary>
/// <remarks>It draws only between two measurements, never during one.</remarks>
internal sealed class Progress
{
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();
    private readonly int _total;
    private readonly ProgressContext? _context;
    private readonly ProgressTask? _bar;
    private int _done;

    private Progress(int total, ProgressContext? context)
    {
        _total = total;
        _context = context;
        _bar = context?.AddTask("starting", maxValue: total);
    }

    /// <summary>Runs something, and shows its progress meanwhile.</summary>
    public static async Task ShowAsync(int total, Func<Progress, Task> work)
    {
        if (Console.IsOutputRedirected)
        {
            await work(new Progress(total, context: null));
            return;
        }

        await AnsiConsole.Progress()
            .AutoRefresh(false)
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(),
                new ElapsedTimeColumn(), new RemainingTimeColumn())
            .StartAsync(context => work(new Progress(total, context)));
    }

    /// <summary>Says what comes next.</summary>
    public void Begin(string what)
    {
        if (_bar is null)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{_elapsed.Elapsed.TotalSeconds,5:0} s  {_done + 1} of {_total}: {what}"));
            return;
        }

        _bar.Description = Markup.Escape(what);
        _context!.Refresh();
    }

    /// <summary>One more is done.</summary>
    public void Advance()
    {
        _done++;
        _bar?.Increment(1);
        _context?.Refresh();
    }
}
