using Raft.Testing;

namespace Raft.SimulationRuns;

/// <summary>Many simulations, each wholly on one thread, and as many at once as there are threads.</summary>
/// <param name="jobs">What to run, in this order.</param>
/// <param name="run">Runs one.</param>
internal sealed class Batch(IReadOnlyList<Job> jobs, Func<Job, SimulationReport> run)
{
    private readonly Lock _lock = new();
    private int _next = -1;
    private volatile bool _stopped;

    /// <summary>Runs them all.</summary>
    /// <param name="threads">How many at once.</param>
    /// <param name="stopAtFirst">Whether to start no more after a violation.</param>
    /// <param name="completed">Called for each, one at a time.</param>
    public void Run(int threads, bool stopAtFirst, Action<Job, SimulationReport> completed)
    {
        List<Exception> errors = [];
        Thread[] workers = [.. Enumerable.Range(1, threads).Select(number => new Thread(() => Work(stopAtFirst, completed, errors))
        {
            IsBackground = true,
            Name = $"simulation {number}",
        })];
        foreach (Thread worker in workers)
        {
            worker.Start();
        }

        foreach (Thread worker in workers)
        {
            worker.Join();
        }

        if (errors.Count > 0)
        {
            throw new AggregateException(errors);
        }
    }

    private void Work(bool stopAtFirst, Action<Job, SimulationReport> completed, List<Exception> errors)
    {
        try
        {
            while (!_stopped && Interlocked.Increment(ref _next) is int next && next < jobs.Count)
            {
                SimulationReport report = run(jobs[next]);
                lock (_lock)
                {
                    completed(jobs[next], report);
                    _stopped |= stopAtFirst && report.Violation is not null;
                }
            }
        }
        // Whatever it is, the thread that waits throws it; on this one it would end the process without a word.
        catch (Exception exception)
        {
            _stopped = true;
            lock (_lock)
            {
                errors.Add(exception);
            }
        }
    }
}
