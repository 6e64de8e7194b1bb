using Spectre.Console;

namespace ReplicatedLog;

/// <summary>Lets a user, or a script on the standard input, control the cluster.</summary>
internal sealed class InteractiveSession(Cluster cluster, EarlierRuns earlier)
{
    /// <returns>True if the three logs are equal at the end.</returns>
    public async Task<bool> RunAsync()
    {
        await earlier.FindAsync();
        await cluster.StartAllAsync();
        bool isComplete = await earlier.CheckAsync();
        if (Console.IsInputRedirected || !AnsiConsole.Profile.Out.IsTerminal)
        {
            await FollowScriptAsync();
        }
        else
        {
            await new LiveScreen(cluster, earlier).RunAsync();
        }

        // Nothing is started or healed first. Nodes that are still replicating may finish that.
        IReadOnlyList<string> differences = await Verdict.CompareLogsAsync(cluster, TimeSpan.FromSeconds(1));
        foreach (string difference in differences)
        {
            Narrator.Say($"[yellow]{difference}[/]");
        }

        foreach (string violation in cluster.LeaderRecord.Violations)
        {
            Narrator.Say($"[red]WRONG[/]: {violation}");
        }

        if (differences.Count == 0)
        {
            Narrator.Say($"[green]The three logs are equal.[/]");
        }

        await cluster.StopAllAsync();
        return isComplete && differences.Count == 0 && cluster.LeaderRecord.Violations.Count == 0;
    }

    /// <summary>Reads one command per line. The session ends with the input.</summary>
    private async Task FollowScriptAsync()
    {
        Narrator.Say($"Three nodes, connected by [bold]{cluster.TransportName}[/]. Commands, one per line:");
        AnsiConsole.WriteLine(CommandInterpreter.Help);
        CommandInterpreter interpreter = new(
            cluster, earlier, static answer => AnsiConsole.Write(new Rows(answer))); // each on its own lines
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line.TrimStart() is "" or ['#', ..])
            {
                Narrator.Why($"{line}");
                continue;
            }

            AnsiConsole.WriteLine();
            Narrator.Say($"[bold]> {line}[/]");
            if (!await interpreter.ExecuteAsync(line))
            {
                return;
            }

            AnsiConsole.Write(Tables.Nodes(cluster));
        }
    }
}
