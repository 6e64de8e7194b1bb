// A queue of jobs: classes of collections, tuples, deconstruction, results that are copies.
public sealed record JobCommand(string Kind, string Payload, int Count);

public sealed record Job(long Id, string Payload, int Attempts);

public sealed record JobPage(IReadOnlyList<Job> Jobs, int Remaining);

public sealed class Jobs(ICodec<JobCommand> commands, ICodec<JobPage> results, ICodec<(Job[], long)> snapshots)
    : StateMachine<JobCommand, JobPage>(commands, results)
{
    private readonly Queue<Job> _open = new();
    private readonly PriorityQueue<Job, (int Attempts, long Id)> _failed = new();
    private long _next;

    protected override JobPage Apply(JobCommand command, in CommandContext context)
    {
        List<Job> taken = [];
        switch (command.Kind)
        {
            case "add":
                _open.Enqueue(new Job(++_next, command.Payload, 0));
                break;
            case "take":
                while (taken.Count < command.Count && _open.TryDequeue(out Job? job))
                {
                    taken.Add(job with { Attempts = job.Attempts + 1 });
                }

                break;
            case "fail":
                Job failed = new(long.Parse(command.Payload, CultureInfo.InvariantCulture), command.Payload, command.Count);
                _failed.Enqueue(failed, (failed.Attempts, failed.Id));
                break;
            case var kind:
                throw new CommandRejectedException("Unknown: " + kind + " at " + context.Index);
        }

        return new JobPage(taken, _open.Count + _failed.Count);
    }

    protected override ISnapshotCapture? Capture()
    {
        List<Job> all = new List<Job>(_open) { new Job(0, string.Empty, 0) };
        all.AddRange(_failed.UnorderedItems.Select(item => item.Element).OrderBy(job => job.Id));
        return SnapshotCapture.Of((all.ToArray(), _next), snapshots);
    }

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        (Job[] jobs, _next) = await SnapshotCapture.ReadAsync(snapshot, snapshots, cancellationToken);
        _open.Clear();
        _failed.Clear();
        foreach (Job job in jobs)
        {
            if (job.Attempts == 0)
            {
                _open.Enqueue(job);
            }
            else
            {
                _failed.Enqueue(job, (job.Attempts, job.Id));
            }
        }
    }
}
