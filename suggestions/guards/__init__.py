"""What keeps robots and floods out of the public forms and the API: captcha, rate limits, the caller's address."""
