namespace UltraAI.Gateway.Demo;

/// <summary>What the demo prints once it listens: lines that can be pasted as they are.</summary>
internal static class DemoBanner
{
    public static void Print(string address, string key, string adminToken) => Console.WriteLine($$"""

        UltraAI.Gateway demo, with simulated providers. Nothing leaves this machine. Ctrl+C ends it.

          Virtual key    {{key}}
          Admin token    {{adminToken}}
          Dashboard      {{address}}/dashboard/ (sign in with the admin token)
          Metrics        {{address}}/metrics

        A call through to OpenAI's dialect:

          curl {{address}}/openai/v1/chat/completions -H "Authorization: Bearer {{key}}" -H "Content-Type: application/json" -d '{"model":"gpt-4o","messages":[{"role":"user","content":"Why do teams put a gateway in front of models?"}]}'

        The same, streamed, in Anthropic's:

          curl -N {{address}}/anthropic/v1/messages -H "x-api-key: {{key}}" -H "anthropic-version: 2023-06-01" -H "Content-Type: application/json" -d '{"model":"claude-sonnet-5","max_tokens":300,"stream":true,"messages":[{"role":"user","content":"Why do teams put a gateway in front of models?"}]}'

        Google and HuggingFace:

          curl {{address}}/google/v1beta/models/gemini-2.5-pro:generateContent -H "x-goog-api-key: {{key}}" -H "Content-Type: application/json" -d '{"contents":[{"parts":[{"text":"Hello!"}]}]}'
          curl {{address}}/huggingface/v1/chat/completions -H "Authorization: Bearer {{key}}" -H "Content-Type: application/json" -d '{"model":"meta-llama/Llama-3.3-70B-Instruct","messages":[{"role":"user","content":"Hello!"}]}'

        Three models that disagree, review each other, and one that writes the answer; without "stream" as one JSON object, or from any OpenAI SDK at {{address}}/ultra/v1:

          curl -N {{address}}/ultra -H "Authorization: Bearer {{key}}" -H "Content-Type: application/json" -d '{"stream":true,"messages":[{"role":"user","content":"Why do teams put a gateway in front of models?"}]}'

        What that used and cost, a second later:

          curl "{{address}}/admin/usage?by=provider,model" -H "Authorization: Bearer {{adminToken}}"

        """);
}
