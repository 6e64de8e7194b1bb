using Spectre.Console;

namespace ReplicatedLog;

/// <summary>Lets a person, or a script on the standard input, play with the cluster.</summary>
internal sealed class InteractiveSession(Cluster cluster)
{
    /// <returns>True if the three logs are equal in the end.</returns>
    public async Task<bool> RunAsync()
    {
        await cluster.StartAllAsync();
        if (Console.IsInputRedirected || !AnsiConsole.Profile.Out.IsTerminal)
        {
            await FollowScriptAsync();
        }
        else
        {
            await new LiveScreen(cluster).RunAsync();
        }

        // As they are: nothing is started or healed first. Only nodes that are busy replicating may finish that.
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
        return differences.Count == 0 && cluster.LeaderRecord.Violations.Count == 0;
    }

    /// <summary>One command a line; the end of the input is the end of the session.</summary>
    private async Task FollowScriptAsync()
    {
        Narrator.Say($"Three nodes, and between them [bold]{cluster.TransportName}[/]. Commands, one a line:");
        AnsiConsole.WriteLine(CommandInterpreter.Help);
        CommandInterpreter interpreter = new(cluster, static answer => AnsiConsole.Write(new Rows(answer))); // each on lines of its own
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
