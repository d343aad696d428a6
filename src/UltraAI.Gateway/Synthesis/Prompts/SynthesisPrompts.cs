using System.Globalization;
using System.Text;
using UltraAI.Gateway.Synthesis.Ordering;

namespace UltraAI.Gateway.Synthesis.Prompts;

/// <summary>Everything that the gateway itself says to models. The texts are the files of this folder.</summary>
/// <remarks>Untrusted text comes only into what goes out in the user's role, always in a <see cref="Fence"/>, and the rule about fences stands after the last of them once more.</remarks>
internal sealed class SynthesisPrompts
{
    private readonly PromptTemplate _fenceRule = Read("fence.txt", "nonce");
    private readonly PromptTemplate _reviewSystem = Read("review.system.txt", "fence_rule", "revision_rule");
    private readonly PromptTemplate _revisionRule = Read("review.revision.txt", "nonce");
    private readonly PromptTemplate _reviewUser = Read("review.user.txt", "conversation", "own_draft", "drafts", "fence_rule", "letters");
    private readonly PromptTemplate _leadSystem = Read("lead.system.txt", "fence_rule");
    private readonly PromptTemplate _leadDrafts = Read("lead.drafts.txt", "order", "drafts", "disagreements", "fence_rule");
    private readonly PromptTemplate _draftTools = Read("draft.tools.txt", "tools");

    /// <summary>Reads all texts and fills each once.</summary>
    /// <exception cref="InvalidOperationException">A text does not fit the code.</exception>
    public SynthesisPrompts()
    {
        var fence = new Fence("0");
        ReviewSystem(fence, mayRevise: true);
        ReviewUser(fence, new ReviewMaterial { Conversation = [new Turn("user", "")], OwnDraft = "", Drafts = [""] });
        LeadSystem(fence);
        LeadUser(fence, new LeadMaterial { Drafts = [new LeadDraft { Text = "" }] });
        DraftTools(["tool"]);
    }

    /// <summary>The system text of a review.</summary>
    public string ReviewSystem(Fence fence, bool mayRevise) => _reviewSystem.Fill(
        ("fence_rule", FenceRule(fence)),
        ("revision_rule", mayRevise ? "\n\n" + _revisionRule.Fill(("nonce", fence.Nonce)) : ""));

    /// <summary>The user text of a review: the conversation, the reviewer's own draft, the others.</summary>
    public string ReviewUser(Fence fence, ReviewMaterial material)
    {
        var letters = material.Drafts.Select((_, i) => ReviewOrder.Letter(i).ToString()).ToArray();
        return _reviewUser.Fill(
            ("conversation", string.Join('\n', material.Conversation.Select(turn => fence.Turn(turn.Role, turn.Text)))),
            ("own_draft", fence.Draft("own", material.OwnDraft)),
            ("drafts", string.Join("\n\n", material.Drafts.Select((draft, i) => fence.Draft(letters[i], draft)))),
            ("fence_rule", FenceRule(fence)),
            ("letters", string.Join(", ", letters)));
    }

    /// <summary>The second system block of the lead, behind the client's own.</summary>
    public string LeadSystem(Fence fence) => _leadSystem.Fill(("fence_rule", FenceRule(fence)));

    /// <summary>The text part that is appended to the last user turn for the lead.</summary>
    public string LeadUser(Fence fence, LeadMaterial material)
    {
        var drafts = new StringBuilder();
        for (var i = 0; i < material.Drafts.Count; i++)
        {
            Append(drafts, fence, ReviewOrder.Letter(i).ToString(), material.Drafts[i]);
        }

        foreach (var critique in material.Critiques)
        {
            drafts.Append("A reviewer's remarks, under letters of its own:\n").Append(fence.Critique("all", critique)).Append("\n\n");
        }

        var order = material.IsRanked ? "drafts by several authors, in the order that their reviews of each other give, the best first." : "drafts by several authors, in no particular order.";
        return _leadDrafts.Fill(
            ("order", order),
            ("drafts", drafts.ToString()),
            ("disagreements", string.Concat(material.Disagreements.Select(sentence => sentence + "\n"))),
            ("fence_rule", FenceRule(fence)));
    }

    /// <summary>What a draft's author is told about the client's tools, which it is not given.</summary>
    /// <param name="tools">Their names, with descriptions where there are any.</param>
    public string DraftTools(IEnumerable<string> tools) => _draftTools.Fill(("tools", string.Join('\n', tools.Select(tool => "- " + tool))));

    private static void Append(StringBuilder drafts, Fence fence, string letter, LeadDraft draft)
    {
        drafts.Append("Draft ").Append(letter);
        if (draft.Score is { } score)
        {
            drafts.Append(CultureInfo.InvariantCulture, $", score {score:0.00}");
        }

        drafts.Append(":\n").Append(fence.Draft(letter, draft.Text)).Append('\n');
        if (draft.MajorErrors.Count > 0)
        {
            drafts.Append("Major errors that reviewers claim in ").Append(letter).Append(":\n")
                .Append(fence.Critique(letter, string.Join('\n', draft.MajorErrors.Select(error => "- " + error)))).Append('\n');
        }

        if (draft.Revision is { } revision)
        {
            drafts.Append("What the author of ").Append(letter).Append(" would write now; no reviewer's finding supports the change:\n")
                .Append(fence.Revision(letter, revision)).Append('\n');
        }

        drafts.Append('\n');
    }

    private string FenceRule(Fence fence) => _fenceRule.Fill(("nonce", fence.Nonce));

    private static PromptTemplate Read(string file, params string[] places)
    {
        using var stream = typeof(SynthesisPrompts).Assembly.GetManifestResourceStream("Prompts/" + file)
            ?? throw new InvalidOperationException($"Prompt '{file}' is not part of the program.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return new PromptTemplate(file, reader.ReadToEnd().TrimEnd('\n'), places);
    }
}
